// The text box: grows with its text, keeps a draft per room, sends on Enter, says that one types.
// Also the box in which a message is edited.

import { say } from "./announce.js";
import { find, findAll, isDown, openRoom, press } from "./dom.js";
import * as drafts from "./drafts.js";
import { post } from "./outbox.js";
import { toLatest } from "./timeline.js";
import * as uploads from "./uploads.js";

const TYPING_MS = 3000;
const LIMIT = 4000;
const WARN_AT = 300; // characters left

let room = "";
let box = null;
let editor = null;
let lastNotice = 0;
let answered = "0"; // the reply just sent, until the page has closed it

/** After every change of the page: the right draft in the box, boxes as high as their text. */
export function sync() {
  const current = find("[data-composer]");
  if (current && (current !== box || openRoom() !== room)) open(current);
  box = current;
  if (drafts.sync()) {
    grow(box);
    countDown(box);
  }
  if (replyTo() === "0") answered = "0";
  const edited = find("[data-edit-form] textarea");
  if (edited && edited !== editor) startEditing(edited);
  else if (!edited && editor && document.activeElement === document.body) box?.focus();
  editor = edited;
}

/** Listen once, for boxes that come and go. */
export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea.grows")) grow(event.target);
    if (event.target === box) onInput();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-send]")) send();
    if (event.target.closest('[data-action="reply"]')) box?.focus();
  });
}

function open(current) {
  room = openRoom();
  drafts.open(current, room);
  grow(current);
  countDown(current);
  const isFree = document.activeElement === document.body;
  if (isFree && matchMedia("(hover: hover)").matches) current.focus({ preventScroll: true });
}

function startEditing(edited) {
  grow(edited);
  edited.focus();
  edited.setSelectionRange(edited.value.length, edited.value.length);
}

const replyTo = () => find("[data-reply-to]")?.dataset.replyTo ?? "0";

function onInput() {
  drafts.changed();
  countDown(box);
  if (!box.value || isDown() || Date.now() - lastNotice < TYPING_MS) return;
  lastNotice = Date.now();
  press("typing");
}

function onKey(event) {
  const isComposing = event.isComposing || event.keyCode === 229;
  const isEditor = event.target.closest?.("[data-edit-form]") && event.target.matches("textarea");
  if (isComposing || (event.target !== box && !isEditor)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (isEditor) event.target.form.requestSubmit();
    else send();
  } else if (event.key === "Escape") {
    if (isEditor) find('[data-action="cancel-edit"]', event.target.form).click();
    else if (replyTo() !== "0") press("cancel-reply");
  } else if (event.key === "ArrowUp" && !isEditor && !box.value) {
    event.preventDefault();
    editLast();
  }
}

function editLast() {
  const mine = findAll('article[data-mine="true"][data-deleted="false"]');
  find('[data-action="edit"]', mine[mine.length - 1] ?? document.createElement("i"))?.click();
}

function send() {
  if (!box || !openRoom() || !(box.value.trim() || uploads.hasAny(box))) return;
  if (uploads.hasFailed(box)) return say("A file could not be uploaded. Retry or remove it first.");
  if (uploads.isBusy(box)) return uploads.afterwards(box, send);
  const reply = replyTo() === answered ? "0" : replyTo();
  post({ body: box.value, replyTo: reply, files: uploads.take(box) });
  box.value = "";
  drafts.clear();
  countDown(box);
  grow(box);
  box.focus();
  if (reply !== "0") {
    answered = reply;
    press("cancel-reply");
  }
  lastNotice = 0;
  toLatest();
}

function grow(textarea) {
  textarea.style.height = "auto";
  textarea.style.height = `${textarea.scrollHeight}px`;
}

function countDown(textarea) {
  const left = LIMIT - textarea.value.length;
  const words = left < 0 ? `${-left} too many` : left < WARN_AT ? `${left} left` : "";
  const note = find("[data-room-left]");
  if (note && note.textContent !== words) note.textContent = words;
}
