// Tells the server how far the reader has seen the open room: that the newest message is in sight and
// stays so, or up to which message somebody who is further up has come.

import { find, isDown, press } from "./dom.js";
import { isFollowingLatest, lastVisible } from "./timeline.js";

const SETTLE_MS = 150;
const SEEN_MS = 1200;

let visit = ""; // which showing of the room `told` is about
let room = "";
let told = false; // whether the server believes that we follow
let held = false; // marked unread: nothing counts as seen until the room is entered again
let marker = 0; // position of the last message that counts as seen
let timer = 0;
let seeing = 0;

/** Listen once. */
export function start() {
  document.addEventListener("visibilitychange", soon);
  document.addEventListener("scroll", onScroll, { capture: true, passive: true });
  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-action="mark-unread"]')) held = true;
    if (event.target.closest("[data-jump-latest]")) held = false;
  });
}

/** After every change of the page. */
export function sync() {
  const log = find("[data-log]");
  const current = log?.dataset.log ?? "0";
  if (current !== room) enter(log, current);
  if (log && log.dataset.visit !== visit) {
    visit = log.dataset.visit;
    told = false;
  }
  soon();
}

function enter(log, current) {
  room = current;
  held = told = false;
  marker = Number(find("[data-new-line] ~ article", log ?? document)?.dataset.position ?? 0) - 1;
  if (marker < 0) marker = Number(log?.dataset.latest ?? 0);
}

function onScroll(event) {
  if (!event.target.matches?.("[data-log]")) return;
  soon();
  seeing ||= setTimeout(see, SEEN_MS);
}

function soon() {
  timer ||= setTimeout(tell, SETTLE_MS);
}

const isMember = () => find("[data-log]")?.dataset.member === "true";
const isVisible = () => document.visibilityState === "visible";

function tell() {
  timer = 0;
  if (room === "0" || isDown() || !isMember()) return;
  const follows = isVisible() && !held && isFollowingLatest();
  if (follows) marker = Number(find("[data-log]").dataset.latest);
  else seeing ||= setTimeout(see, SEEN_MS);
  if (follows === told) return;
  told = follows;
  press(follows ? "follow" : "stop-following");
}

/** Tell of the last message in sight, if nobody has told of it. */
function see() {
  seeing = 0;
  const form = find("[data-see-form]");
  if (!form || !isMember() || !isVisible() || held || isDown() || isFollowingLatest()) return;
  const last = lastVisible();
  if (!last || Number(last.dataset.position) <= marker) return;
  marker = Number(last.dataset.position);
  form.elements.message_id.value = last.dataset.messageId;
  form.requestSubmit();
}
