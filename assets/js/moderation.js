// The moderation page: its keys, which button a decision was made with, and the focus, which goes on
// to the next case.

import { isShown } from "./address.js";
import { find, press } from "./dom.js";

const RENEW_MS = 60_000; // others may take a case two minutes after its moderator was last here
const KEYS = {
  j: "next", k: "previous", a: "keep", r: "remove", t: "time-out", x: "pick", u: "undo",
  A: "keep-picked", R: "remove-picked",
};
const MOVES = new Set(["next", "previous", "keep", "remove", "undo", "keep-picked", "remove-picked"]);
const ANSWER_MS = 2_000; // so long a key waits for the answer to the one before it
let open = "";
let wasInside = false;
let busyUntil = 0;
let waiting = []; // keys pressed before the case that they are meant for was there

/** Listen once. */
export function start() {
  document.addEventListener("click", noteDecision, { capture: true });
  document.addEventListener("keydown", onReasonKey, { capture: true });
  document.addEventListener("focusin", (event) => {
    wasInside = Boolean(event.target.closest?.("[data-desk]"));
  });
  setInterval(() => document.visibilityState === "visible" && press("renew-claim"), RENEW_MS);
}

/** After every change of the page: another case is open, and the one that had the focus is gone. */
export function sync() {
  const article = find("[data-desk] .waits.is-open");
  const now = article?.dataset.case ?? "";
  if (now === open) return;
  const isFirst = !open;
  open = now;
  busyUntil = 0;
  if (!article) return;
  setTimeout(goOn);
  find("[data-open]", article)?.scrollIntoView({ block: "nearest" });
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (!isFirst && isLost && wasInside) article.focus({ preventScroll: true });
}

/** Whether the key was one of the moderation page. */
export function onDeskKey(event) {
  const desk = find("[data-desk]");
  if (!desk || event.target.closest?.('input:not([type="checkbox"]), textarea, select')) return false;
  if (event.key === "/") {
    find('input[type="search"]', desk)?.focus();
    return true;
  }
  const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!name || !control(name)) return false;
  if (!isShown()) return true; // it is meant for a case that is still on its way
  if (performance.now() < busyUntil) waiting.push(name);
  else {
    waiting = [];
    run(name);
  }
  return true;
}

/** The control that does it; none where there is nothing to go on to. */
function control(name) {
  if (name === "next" && !find(".waits.is-open")?.closest("li")?.nextElementSibling) return null;
  if (name === "previous" && !find(".waits.is-open")?.closest("li")?.previousElementSibling) return null;
  return find(`[data-desk] [data-desk-key="${name}"]:not(:disabled)`);
}

function run(name) {
  const found = control(name);
  if (found && MOVES.has(name)) busyUntil = performance.now() + ANSWER_MS;
  found?.click();
}

function goOn() {
  while (waiting.length && performance.now() >= busyUntil) run(waiting.shift());
}

/** A form does not tell which of its buttons sent it. */
function noteDecision(event) {
  const button = event.target.closest("[data-decide]");
  if (button) button.form.elements.action.value = button.dataset.decide;
}

/** Enter in the reason would press the first button, which may not be the one that was meant. */
function onReasonKey(event) {
  if (event.key === "Enter" && event.target.matches?.("[data-reason]")) event.preventDefault();
}
