// Keys that work everywhere. Single letters are off while typing and while a dialog or menu is open.

import { find, findAll, threadOf } from "./dom.js";
import { onDeskKey } from "./moderation.js";
import { focusSearch } from "./search.js";

const REGIONS = [
  '[data-region="rooms"]',
  '[data-region="main"]:not(:has(.log))',
  ".log",
  ".foot [data-composer]",
  ".right",
];
const OVERLAYS = 'dialog[open], [role="dialog"], [role="alertdialog"], [role="menu"]';

/** Listen once. */
export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    // After the menu that held the item is closed: it gives the focus back to its button.
    if (event.target.closest("[data-show-keys]")) setTimeout(showKeys);
  });
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (find(OVERLAYS)) return;
  if (event.key === "F6") return goToRegion(event);
  if (event.key === "Escape") return close(event);
  if (onDeskKey(event)) return event.preventDefault();
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const action = { r: "reply", q: "quote", e: "edit" }[event.key.toLowerCase()];
  if (action) act(event, action);
  else if (event.key.toLowerCase() === "n") toUnreadRoom(event);
  else if (event.key === "?") {
    event.preventDefault();
    showKeys();
  }
  else if (event.key === "/") search(event);
  else if (event.key === "ArrowUp" || event.key === "ArrowDown") step(event);
}

function act(event, action) {
  const article =
    event.target.closest?.("article[data-message-id]") ?? find("article[data-message-id]:hover");
  const control = article && find(`[data-action="${action}"]`, article);
  if (!control) return;
  event.preventDefault();
  control.click();
}

/** The first unread room after the open one, or the first of all. */
function toUnreadRoom(event) {
  const rows = findAll('[data-region="rooms"] a.row[data-unread="true"]');
  const here = rows.findIndex((row) => row.getAttribute("aria-current") === "page");
  const next = rows[here + 1] ?? rows[0];
  if (!next || next === rows[here]) return;
  event.preventDefault();
  next.click();
}

function showKeys() {
  find("[data-key-map]")?.showModal();
}

function search(event) {
  event.preventDefault();
  focusSearch();
}

/** Esc: an open message menu first, then the pane at the right. */
function close(event) {
  const open = find("article[data-open]");
  if (open) return delete open.dataset.open;
  const box = event.target.closest?.("[data-composer], [data-edit-form]");
  const isThreads = box?.matches("[data-composer]") && threadOf(box);
  if (!box || isThreads) find("[data-close-pane]")?.click();
}

/** Up and down go from message to message while the log has the focus. */
function step(event) {
  const log = event.target.closest?.(".log, .thread-log");
  if (!log) return;
  const all = findAll("article[data-message-id]", log);
  const here = all.indexOf(event.target.closest("article"));
  const next = event.key === "ArrowUp" ? (here < 0 ? all.length : here) - 1 : here + 1;
  if (!all[next] || (here < 0 && event.key === "ArrowDown")) return;
  event.preventDefault();
  all[next].focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

function goToRegion(event) {
  event.preventDefault();
  const regions = findAll(REGIONS.join(", ")).filter((region) => region.checkVisibility());
  if (!regions.length) return;
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const step = event.shiftKey ? -1 : 1;
  const next = regions[(here + step + regions.length) % regions.length];
  const inside = next.matches('[data-region="rooms"]') ? find("a, button", next) : next;
  (inside ?? next).focus();
}
