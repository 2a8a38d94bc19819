// The text boxes of the room and of the open thread: they grow with their text, keep a draft for
// each room and thread, send on Enter, and say that one types. Also the box in which a
// message is edited.

import { say } from "./announce.js";
import { find, findAll, isDown, openRoom, press, threadOf } from "./dom.js";
import * as drafts from "./drafts.js";
import { post } from "./outbox.js";
import { toNewestReply } from "./thread.js";
import { toLatest } from "./timeline.js";
import * as uploads from "./uploads.js";

const TYPING_MS = 3000;
const LIMIT = 4000;
const WARN_AT = 300; // characters left

const BOX = "textarea[data-composer]";

const opened = new WeakMap(); // box -> the place whose draft is in it
let editor = null;
let lastNotice = 0;
const answered = {}; // the quote just sent from each place, until the page has closed it
let wantsReply = false; // a thread was asked for in order to write in it

/** After every change of the page: the right drafts in the boxes, boxes as high as their text. */
export function sync() {
  for (const box of findAll(BOX)) if (opened.get(box) !== draftPlace(box)) open(box);
  for (const box of drafts.sync()) {
    grow(box);
    countDown(box);
  }
  for (const box of findAll(BOX)) if (replyTo(box) === "0") delete answered[placeOf(box)];
  const edited = find("[data-edit-form] textarea");
  if (edited && edited !== editor) startEditing(edited);
  else if (!edited && editor && document.activeElement === document.body) roomBox()?.focus();
  editor = edited;
}

/** Listen once, for boxes that come and go. */
export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea.grows")) grow(event.target);
    if (event.target.matches(BOX)) onInput(event.target);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
}

function onClick(event) {
  const control = event.target.closest("button");
  if (!control) return;
  const { action } = control.dataset;
  if ("send" in control.dataset) send(find(BOX, control.closest(".composer")));
  if (action === "quote") (threadOf(control) ? threadBox() : roomBox())?.focus();
  if (action === "reply" || (action === "open-thread" && canHover())) openThread(control);
}

/** Have the focus in the thread's box: now if it is there, else when it comes. */
function openThread(control) {
  const { messageId } = control.closest("article[data-message-id]").dataset;
  const box = threadBox();
  const isThere = box && (threadOf(control) || threadOf(box) === messageId);
  if (isThere) box.focus();
  wantsReply = !isThere;
}

const canHover = () => matchMedia("(hover: hover)").matches;
const roomBox = () => findAll(BOX).find((box) => !threadOf(box));
const threadBox = () => findAll(BOX).find(threadOf);

function open(box) {
  opened.set(box, draftPlace(box));
  draftOf(box).open(box, openRoom(), threadOf(box));
  grow(box);
  countDown(box);
  if (threadOf(box)) {
    if (wantsReply && threadOf(box) !== "0") box.focus({ preventScroll: true });
    wantsReply &&= threadOf(box) === "0";
  } else if (document.activeElement === document.body && canHover()) {
    box.focus({ preventScroll: true });
  }
}

function startEditing(edited) {
  grow(edited);
  edited.focus();
  edited.setSelectionRange(edited.value.length, edited.value.length);
  // All of it: at the foot of the log its buttons would be out of sight.
  edited.form.scrollIntoView({ block: "nearest" });
}

const draftPlace = (box) => `${openRoom()}-${threadOf(box)}`;
const draftOf = (box) => (threadOf(box) ? drafts.reply : drafts.room);
const replyTo = (box) => box.closest("[data-reply-to]")?.dataset.replyTo ?? "0";
const placeOf = (box) => threadOf(box) || "room";
const stopQuoting = (box) => find("[data-cancel-quote]", box.closest(".composer"))?.click();

function onInput(box) {
  draftOf(box).changed();
  countDown(box);
  if (!box.value || isDown() || Date.now() - lastNotice < TYPING_MS) return;
  lastNotice = Date.now();
  press(threadOf(box) ? "thread-typing" : "typing");
}

function onKey(event) {
  const isComposing = event.isComposing || event.keyCode === 229;
  const box = event.target.matches?.(BOX) ? event.target : null;
  const isEditor = event.target.closest?.("[data-edit-form]") && event.target.matches("textarea");
  if (isComposing || (!box && !isEditor)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (isEditor) event.target.form.requestSubmit();
    else send(box);
  } else if (event.key === "Escape") {
    if (isEditor) find('[data-action="cancel-edit"]', event.target.form).click();
    else if (replyTo(box) !== "0") {
      event.preventDefault(); // it closes the quote, and the thread stays open
      stopQuoting(box);
    }
  } else if (event.key === "ArrowUp" && box && !box.value) {
    event.preventDefault();
    editLast(box);
  }
}

function editLast(box) {
  const list = find(threadOf(box) ? "[data-replies]" : "[data-log]");
  const mine = findAll('article[data-mine="true"][data-deleted="false"]', list);
  find('[data-action="edit"]', mine[mine.length - 1] ?? document.createElement("i"))?.click();
}

function send(box) {
  const thread = threadOf(box);
  if (!box || !openRoom() || thread === "0" || !(box.value.trim() || uploads.hasAny(box))) return;
  if (uploads.hasFailed(box)) return say("A file could not be uploaded. Retry or remove it first.");
  if (uploads.isBusy(box)) return uploads.afterwards(box, () => send(box));
  const reply = replyTo(box) === answered[placeOf(box)] ? "0" : replyTo(box);
  post({ body: box.value, replyTo: reply, thread, files: uploads.take(box) });
  box.value = "";
  draftOf(box).clear();
  countDown(box);
  grow(box);
  box.focus();
  if (reply !== "0") {
    answered[placeOf(box)] = reply;
    stopQuoting(box);
  }
  lastNotice = 0;
  if (thread) toNewestReply();
  else toLatest();
}

function grow(textarea) {
  textarea.style.height = "auto";
  textarea.style.height = `${textarea.scrollHeight}px`;
}

function countDown(textarea) {
  const left = LIMIT - textarea.value.length;
  const words = left < 0 ? `${-left} too many` : left < WARN_AT ? `${left} left` : "";
  const note = find("[data-room-left]", textarea.closest(".composer"));
  if (note && note.textContent !== words) note.textContent = words;
}
