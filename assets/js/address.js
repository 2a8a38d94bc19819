// The moderation page's address follows what the page shows, so that it can be linked to and
// survives a reload. Going back leads to the queue and room chosen before; a case or a filter only
// replaces the one before.

import { find } from "./dom.js";

let here = null; // the address that the page was loaded for, or was given here; null: neither yet
let answered = "";

/** After every change of the page: the address says what is shown. */
export function sync() {
  const { address: shown = "", answers = "" } = find("[data-address]")?.dataset ?? {};
  if (!shown) {
    here = null;
    return;
  }
  const isAnswer = answers !== answered;
  answered = answers;
  if (isAnswer) here = isSame(answers.replace(/^\d+ /, ""), location.search) ? location.search : null;
  // Elsewhere since: what is shown there is on its way, and what is shown now is not of there.
  if (here !== location.search || shown === location.search) return;
  const path = location.pathname + shown;
  if (!isAnswer && listOf(shown) !== listOf(location.search)) {
    const { idx = 0 } = history.state ?? {};
    const key = Math.random().toString(36).slice(2, 10);
    history.pushState({ ...history.state, idx: idx + 1, key }, "", path);
  } else history.replaceState(history.state, "", path);
  here = location.search;
}

/** Whether the moderation page shows what its address asks for: at first it shows what it did when
 * it was left. */
export function isShown() {
  const { address = "", answers = "" } = find("[data-address]").dataset;
  return isSame(address, location.search) || isSame(answers.replace(/^\d+ /, ""), location.search);
}

function isSame(one, other) {
  return new URLSearchParams(one).toString() === new URLSearchParams(other).toString();
}

function listOf(query) {
  const asked = new URLSearchParams(query);
  return `${asked.get("queue")} ${asked.get("room")}`;
}
