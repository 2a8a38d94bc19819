// What needs no server: copying, opening a message's actions, going to a quoted message, local times.

import { say } from "./announce.js";
import { copyText, find, findAll } from "./dom.js";
import { toNewestReply, toReply } from "./thread.js";
import { toLatest, toMessage } from "./timeline.js";

const DONE_MS = 1600;
const NARROW = "(max-width: 767px)"; // where a pane covers the messages

/** Listen once. Jumps are caught before React hears of them: a message on the screen needs no server. */
export function start() {
  document.addEventListener("click", onJump, { capture: true });
  document.addEventListener("click", onClick);
  document.addEventListener("input", onInput);
}

/** A local time is sent as the moment it means: the server does not know the reader's zone. */
function onInput(event) {
  const local = event.target.closest("[data-local-time] input");
  if (!local) return;
  const moment = local.value ? new Date(local.value).toISOString() : "";
  find('input[type="hidden"]', local.closest("[data-local-time]")).value = moment;
}

function onJump(event) {
  const quote = event.target.closest("[data-jump-to]");
  if (!quote || event.ctrlKey || event.metaKey) return; // a permalink in a new tab
  if (toReply(Number(quote.dataset.jumpTo))) return stop(event);
  if (matchMedia(NARROW).matches) find(".right [data-close-pane]")?.click();
  if (toMessage(Number(quote.dataset.jumpTo))) stop(event);
}

function stop(event) {
  event.stopPropagation();
  event.preventDefault(); // the control may be a link
}

function onClick(event) {
  const control = event.target.closest("button, a");
  const article = event.target.closest("article[data-message-id]");
  if (event.isTrusted) closeOthers(article); // the scripts' own presses close nothing
  if (!control) return;
  const { action, copy } = control.dataset;
  if (action === "copy-link") copyAndTell(control, permalink(article), "Link copied");
  if (copy) copyAndTell(control, copy, "Copied");
  if (action === "more") toggle(control, article);
  if ("closes" in control.dataset || leavesSheet(control)) closeOthers(null);
  if ("jumpLatest" in control.dataset) toLatest();
  if ("threadLatest" in control.dataset) toNewestReply();
  if ("closeDialog" in control.dataset) control.closest("dialog").close();
}

/** Whether the actions, which cover a part of a touch screen, are done with once this one is taken. */
function leavesSheet(control) {
  const stays = control.matches('[aria-haspopup], [data-action="more"], [data-action="copy-link"]');
  return !stays && control.closest(".message-actions") && matchMedia("(hover: none)").matches;
}

function permalink(article) {
  const path = location.pathname.replace(/\/+$/, "");
  return `${location.origin}${path}?message=${article.dataset.messageId}`;
}

async function copyAndTell(control, text, words) {
  await copyText(text);
  control.dataset.done = "";
  say(words);
  setTimeout(() => delete control.dataset.done, DONE_MS);
}

function toggle(control, article) {
  const isOpen = "open" in article.dataset;
  if (isOpen) delete article.dataset.open;
  else article.dataset.open = "";
  control.ariaExpanded = String(!isOpen);
}

function closeOthers(article) {
  for (const other of findAll("article[data-open]")) {
    if (other === article) continue;
    delete other.dataset.open;
    for (const more of findAll('[data-action="more"]', other)) more.ariaExpanded = "false";
  }
}
