// Keeps the reader's place in the log. At the bottom it follows; anywhere else whatever is added,
// removed or resized leaves the line being read where it was. Runs before paint: from a
// MutationObserver (a microtask after React's commit) and a ResizeObserver.

import { find, findAll, isDown, press } from "./dom.js";

const NEAR_PX = 800; // how close to an end the next page is fetched
const BOTTOM_PX = 24; // still counts as the bottom
const FETCH_TIMEOUT_MS = 6000;
const FLASH_MS = 2500;

let log = null;
let room = "";
let pinned = true; // at the newest message and following
let places = []; // visible messages and where they stood: [{id, top}]
let placesScroll = 0; // scrollTop when `places` was noted
let lastTop = 0;
let seen = null; // position of the newest message when the reader was last at the bottom
let fetching = null; // {edge, since} of the page being fetched
let shown = 0; // the target already scrolled to
let stale = 0; // what the page named as target when we went elsewhere
let wanted = 0; // a quoted message that the server is fetching
let landed = false; // at what is new in this room, or where one goes if nothing is

const resizes = new ResizeObserver(() => log?.isConnected && settle());

/** After every change of the page. */
export function sync() {
  const current = find("[data-log]");
  if (current !== log) attach(current);
  if (!log) return;
  if (log.dataset.log !== room) enter(log.dataset.log);
  if (!articles().length) return;
  if (!goToTarget() && !land()) settle();
  if (seen === null || isFollowing()) seen = latest();
  fetchPages();
  showButton();
}

/** Go to the newest message and follow from there. */
export function toLatest() {
  if (isPast()) press("jump-to-latest");
  pin();
  if (!isPast()) settle();
  showButton();
}

/** Whether the newest message is in sight and each that comes will be. */
export const isFollowingLatest = () => Boolean(log?.isConnected && articles().length && isFollowing());

/** The last message that is wholly visible, if there is one. */
export function lastVisible() {
  if (!log?.isConnected) return null;
  const { bottom } = log.getBoundingClientRect();
  const all = articles();
  const below = all.findIndex((article) => article.getBoundingClientRect().bottom > bottom + 1);
  return all[(below < 0 ? all.length : below) - 1] ?? null;
}

/** Show a message if it is in the log. Otherwise remember it, for the server is about to send it. */
export function toMessage(id) {
  stale = Number(log?.dataset.target ?? 0);
  if (scrollTo(id)) return true;
  wanted = id;
  return false;
}

function attach(next) {
  resizes.disconnect();
  log = next;
  room = "";
  if (!log) return;
  log.addEventListener("scroll", onScroll, { passive: true });
  resizes.observe(log);
  resizes.observe(find(".log-inner", log));
}

function enter(id) {
  room = id;
  pinned = true;
  places = [];
  seen = fetching = null;
  shown = stale = wanted = 0;
  landed = false;
}

/** Once in each room: go to the line above what is new. */
function land() {
  if (landed) return false;
  landed = true;
  const line = find("[data-new-line]", log);
  if (!line || new URLSearchParams(location.search).has("message")) return false;
  line.scrollIntoView({ block: "start" });
  lastTop = log.scrollTop;
  if (bottomGap() <= BOTTOM_PX) pin();
  else unpin();
  notePlaces();
  return true;
}

const articles = () => findAll("article[data-message-id]", log);
const articleOf = (id) => find(`article[data-message-id="${id}"]`, log);
const isPast = () => log.dataset.hasNewer === "true";
const isFollowing = () => pinned && !isPast();
const latest = () => Number(log.dataset.latest);
const bottomGap = () => log.scrollHeight - log.clientHeight - log.scrollTop;

function onScroll() {
  const movedUp = log.scrollTop < lastTop - 1;
  if (bottomGap() <= BOTTOM_PX) pin();
  else if (movedUp) unpin();
  lastTop = log.scrollTop;
  notePlaces();
  if (isFollowing()) seen = latest();
  fetchPages();
  showButton();
}

/** Follow again; the pages of the past above are no longer needed. */
function pin() {
  if (!pinned && !isPast()) press("jump-to-latest");
  pinned = true;
}

/** Stop following. The server then keeps the lines being read, whatever is said meanwhile. */
function unpin() {
  if (pinned && !isPast()) press("hold");
  pinned = false;
}

function settle() {
  // A scroll that came just before this change: its own event has yet to be told.
  if (log.scrollTop < lastTop - 1 && bottomGap() > BOTTOM_PX) unpin();
  if (isFollowing()) log.scrollTop = log.scrollHeight;
  else restorePlace();
  lastTop = log.scrollTop;
  notePlaces();
}

/** Put the first message that was visible, and still exists, back where it stood. */
function restorePlace() {
  const scrolledSince = log.scrollTop - placesScroll;
  const top = log.getBoundingClientRect().top;
  for (const place of places) {
    const article = articleOf(place.id);
    if (!article) continue;
    log.scrollTop += article.getBoundingClientRect().top - top - (place.top - scrolledSince);
    return;
  }
}

function notePlaces() {
  const { top, bottom } = log.getBoundingClientRect();
  const all = articles();
  places = [];
  placesScroll = log.scrollTop;
  for (let i = firstBelow(all, top); i < all.length; i++) {
    const box = all[i].getBoundingClientRect();
    if (box.top > bottom) break;
    places.push({ id: all[i].dataset.messageId, top: box.top - top });
  }
}

/** Index of the first article that ends below `y`, by halving. */
function firstBelow(all, y) {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].getBoundingClientRect().bottom > y) high = middle;
    else low = middle + 1;
  }
  return low;
}

function goToTarget() {
  const target = Number(log.dataset.target);
  if (wanted && isReply(wanted)) wanted = 0; // the thread's own list shows it
  if (wanted) return scrollTo(wanted);
  if (!target) shown = stale = 0;
  return Boolean(target) && target !== shown && target !== stale && scrollTo(target);
}

const isReply = (id) => Boolean(find(`[data-replies] article[data-message-id="${id}"]`));

function scrollTo(id) {
  const article = log && articleOf(id);
  if (!article) return false;
  wanted = 0;
  shown = id;
  article.scrollIntoView({ block: "center" });
  lastTop = log.scrollTop;
  if (bottomGap() <= BOTTOM_PX) pin();
  else unpin();
  notePlaces();
  article.dataset.flash = "";
  article.focus({ preventScroll: true });
  setTimeout(() => delete article.dataset.flash, FLASH_MS);
  return true;
}

/** Fetch the next page in either direction, one at a time. */
function fetchPages() {
  if (!log) return; // the room was left since this was to be done
  const all = articles();
  if (!all.length || isDown()) return;
  const edges = `${all[0].dataset.messageId} ${all[all.length - 1].dataset.messageId}`;
  if (fetching && fetching.edges === edges && Date.now() - fetching.since < FETCH_TIMEOUT_MS) return;
  fetching = null;
  const older = log.dataset.hasOlder === "true" && log.scrollTop < NEAR_PX;
  const newer = isPast() && bottomGap() < NEAR_PX;
  if (!older && !newer) return;
  fetching = { edges, since: Date.now() };
  press(older ? "older" : "newer");
  // If the request is lost and the reader waits at the edge, nothing else would repeat it.
  setTimeout(fetchPages, FETCH_TIMEOUT_MS + 100);
}

/** How many messages came since the reader was last at the bottom. Counted on the page, because
 * positions have gaps: edits and joins take numbers too. */
function countNews() {
  if (seen === null || seen >= latest()) return 0;
  return articles().filter((article) => Number(article.dataset.position) > seen).length;
}

function showButton() {
  const button = find("[data-jump-latest]");
  if (!button) return;
  const news = countNews();
  const isFar = isPast() || (!pinned && (news > 0 || bottomGap() > log.clientHeight / 2));
  const words = news > 0 ? `Jump to latest · ${news}` : "Jump to latest";
  if (button.hidden === isFar) button.hidden = !isFar;
  if (button.textContent !== words) button.textContent = words;
}
