// Tells the server how long the open room was looked at: only while its page is visible and has the
// focus, and the reader did something within the last two minutes. A page that is closed tells the rest
// by a request of its own, which the browser sends even then.

import { find, isDown, openRoom } from "./dom.js";

const TICK_MS = 5_000;
const REPORT_MS = 30_000;
const FIRST_MS = 10_000; // the tick after this is the first that tells
const LEAST_REST_S = 3; // what was told before is stored by then, and comes first; less is no visit
const BLUR_MS = 500; // a window that loses the focus may be about to close
const IDLE_MS = 120_000;
const INPUTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];

let room = ""; // the room that time is counted for
let counted = 0; // milliseconds not told yet
let from = 0; // since when time counts that is not in `counted`; 0 while none does
let active = 0; // when the reader last did something
let told = 0; // when the server was told last
let pointer = ""; // where the pointer was: a page that moves beneath it is no input

const isLooking = () => document.visibilityState === "visible" && document.hasFocus();

/** Listen once. */
export function start() {
  for (const name of INPUTS) document.addEventListener(name, onInput, { capture: true, passive: true });
  window.addEventListener("blur", pause);
  window.addEventListener("pagehide", close);
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  setInterval(tick, TICK_MS);
}

/** After every change of the page. */
export function sync() {
  const current = openRoom();
  if (current === room) return;
  leave();
  room = current;
  if (room) begin();
}

function onInput(event) {
  if (event.type === "pointermove") {
    const place = `${event.screenX} ${event.screenY}`;
    if (place === pointer) return;
    pointer = place;
  }
  active = Date.now();
  if (!from && room && isLooking()) begin();
}

function begin() {
  if (!isLooking()) return;
  const now = Date.now();
  active ||= now;
  from = now;
  told ||= now - REPORT_MS + FIRST_MS;
}

/** Count up to now, or to when the reader became idle. A machine that slept counts one tick. */
function count() {
  if (!from) return;
  const now = Date.now();
  const until = Math.min(now, active + IDLE_MS, from + 2 * TICK_MS);
  counted += Math.max(0, until - from);
  from = now < active + IDLE_MS ? now : 0;
}

function tick() {
  if (from && !isLooking()) return leave();
  count();
  if (counted && (!from || Date.now() - told >= REPORT_MS)) tell(!from);
}

function leave() {
  count();
  from = 0;
  if (counted) tell(true);
  counted = told = 0;
}

function pause() {
  count();
  from = 0;
  setTimeout(() => isLooking() || leave(), BLUR_MS);
}

function close() {
  count();
  const seconds = Math.floor(counted / 1000);
  from = counted = told = 0;
  if (seconds < LEAST_REST_S || !find("[data-visit-form]")) return;
  const asked = new URLSearchParams({ room, seconds });
  fetch(`/visits/end?${asked}`, { method: "POST", keepalive: true, headers: { "x-visit": "end" } }).catch(() => {});
}

function tell(hasLeft) {
  const form = find("[data-visit-form]");
  const seconds = Math.floor(counted / 1000);
  if (!form || isDown()) return;
  told = Date.now();
  if (!seconds && !hasLeft) return;
  counted -= seconds * 1000;
  form.elements.room_id.value = room;
  form.elements.seconds.value = seconds;
  form.elements.has_left.value = hasLeft ? "yes" : "";
  form.requestSubmit();
}
