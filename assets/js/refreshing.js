// Has figures that are in sight read anew every ten seconds, and when the reader comes back to them.

import { isDown, press } from "./dom.js";

const EVERY_MS = 10_000;

let last = Date.now();

/** Listen once. */
export function start() {
  setInterval(refresh, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (Date.now() - last >= EVERY_MS) refresh();
  });
}

function refresh() {
  if (document.visibilityState !== "visible" || isDown()) return;
  last = Date.now();
  press("refresh-figures"); // which no page but the administrator's has
}
