// The open thread: follows its newest reply while the reader is at the end, keeps the line being
// read anywhere else, shows the reply that was jumped to, and says what was read.

import { find, findAll, isDown, press } from "./dom.js";

const BOTTOM_PX = 24; // still counts as the bottom
const FLASH_MS = 2500;

let list = null;
let thread = "";
let pinned = true; // at the newest reply and following
let place = null; // the first visible reply and where it stands: {id, top}
let shown = 0; // the target already scrolled to
let stale = 0; // what the page named as target when the reader went elsewhere
let wanted = 0; // a reply that the server is fetching
let leaving = false; // the past was left; the newest replies are on their way
let read = 0; // position of the newest reply that the server was told is read

const resizes = new ResizeObserver(() => list?.isConnected && settle());

/** Listen once. */
export function start() {
  document.addEventListener("visibilitychange", noteRead);
}

/** After every change of the page. */
export function sync() {
  const current = find("[data-thread-log]");
  if (current !== list) attach(current);
  if (!list) return;
  if (list.dataset.threadLog !== thread) enter(list.dataset.threadLog);
  if (!goToTarget()) settle();
  if (!isPast()) leaving = false;
  noteRead();
}

/** Go to the newest reply and follow from there. */
export function toNewestReply() {
  leaving = list?.dataset.hasNewer === "true";
  if (leaving) press("thread-latest");
  pinned = true;
  if (list) settle();
}

/** Show a reply if it is in the list. Otherwise remember it, for the server may be about to send it. */
export function toReply(id) {
  if (!list?.isConnected) return false;
  stale = Number(list.dataset.target);
  wanted = id;
  shown = 0;
  return goToTarget();
}

function attach(next) {
  resizes.disconnect();
  const last = thread;
  list = next;
  thread = "";
  if (!list) return last && leave(last);
  list.addEventListener("scroll", onScroll, { passive: true });
  resizes.observe(list);
}

/** The pane was closed with the focus in it: go back to the message whose thread it was. */
function leave(root) {
  if (document.activeElement !== document.body) return;
  find(`[data-log] article[data-message-id="${root}"]`)?.focus({ preventScroll: true });
}

function enter(id) {
  thread = id;
  pinned = true;
  place = null;
  shown = stale = wanted = read = 0;
  leaving = false;
}

const replies = () => findAll("[data-replies] article[data-message-id]", list);
const isPast = () => list.dataset.hasNewer === "true";
const bottomGap = () => list.scrollHeight - list.clientHeight - list.scrollTop;
const isAtBottom = () => leaving || (!isPast() && bottomGap() <= BOTTOM_PX);

function onScroll() {
  pinned = isAtBottom();
  notePlace();
}

function settle() {
  if (pinned) list.scrollTop = list.scrollHeight;
  else restorePlace();
  notePlace();
}

function restorePlace() {
  const article = place && find(`article[data-message-id="${place.id}"]`, list);
  if (article) list.scrollTop += topOf(article) - place.top;
}

function notePlace() {
  const first = replies().find((article) => topOf(article) + article.offsetHeight > 0);
  place = first ? { id: first.dataset.messageId, top: topOf(first) } : null;
}

const replyOf = (id) => find(`[data-replies] article[data-message-id="${id}"]`, list);
const topOf = (article) => article.getBoundingClientRect().top - list.getBoundingClientRect().top;

function goToTarget() {
  const named = Number(list.dataset.target);
  if (named !== stale) stale = 0;
  if (!named && !wanted) shown = 0;
  const target = [wanted, stale ? 0 : named].find((id) => id && id !== shown && replyOf(id));
  if (!target) return false;
  const article = replyOf(target);
  if (target === wanted) wanted = 0;
  shown = target;
  article.scrollIntoView({ block: "center" });
  pinned = isAtBottom();
  notePlace();
  article.dataset.flash = "";
  article.focus({ preventScroll: true });
  setTimeout(() => delete article.dataset.flash, FLASH_MS);
  return true;
}

function noteRead() {
  const latest = Number(list?.dataset.latest ?? 0);
  if (latest <= read || isPast() || document.visibilityState !== "visible" || isDown()) return;
  read = latest;
  press("thread-read");
}
