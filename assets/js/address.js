// The moderation page's address follows what the page shows, so that it can be linked to and
// survives a reload. Going back leads to the queue and room chosen before; a case or a filter only
// replaces the one before.

import { find } from "./dom.js";

let told = "";

/** After every change of the page: the address says what is shown. */
export function sync() {
  const shown = find("[data-address]")?.dataset.address ?? "";
  if (shown === told) return;
  const isLoaded = Boolean(told);
  told = shown;
  if (!shown || shown === location.search) return;
  const path = location.pathname + shown;
  if (isLoaded && listOf(shown) !== listOf(location.search)) {
    const { idx = 0 } = history.state ?? {};
    const key = Math.random().toString(36).slice(2, 10);
    history.pushState({ ...history.state, idx: idx + 1, key }, "", path);
  } else history.replaceState(history.state, "", path);
}

function listOf(query) {
  const asked = new URLSearchParams(query);
  return `${asked.get("queue")} ${asked.get("room")}`;
}
