// Drafts per room: every key in this browser's storage, and in pauses on the server, so that
// another browser goes on where this one stopped. What is typed here and not yet saved there wins
// over the server's draft; otherwise the server's is shown.

import { find, isDown, me, storage } from "./dom.js";

const PAUSE_MS = 2000;
const LIMIT = 4000;

let room = "";
let box = null;
let known = ""; // the server's answer that was last looked at
let sent = null; // what was last sent to the server for this room
let timer = 0;

const key = (of = room) => `chatrooms-draft-${me().id}-${of}`;
const isUnsaved = () => storage.read(() => localStorage, `${key()}-unsaved`) === "1";
const setUnsaved = (is) => storage.write(() => localStorage, `${key()}-unsaved`, is ? "1" : "");
const keep = (text) => storage.write(() => localStorage, key(), text);

/** Listen once. A tab that is put away saves what is in it. */
export function start() {
  document.addEventListener("visibilitychange", () => document.hidden && save());
}

/** A room's text box is there: save what was left elsewhere, and show this room's draft. */
export function open(current, currentRoom) {
  if (room !== currentRoom) {
    save({ isLeaving: true });
    known = "";
    sent = null;
  }
  room = currentRoom;
  box = current;
  box.value = storage.read(() => localStorage, key()) ?? "";
}

/** Something was typed. */
export function changed() {
  keep(box.value);
  setUnsaved(true);
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE_MS);
}

/** The text was sent as a message: nothing of it stays. */
export function clear() {
  clearTimeout(timer);
  keep("");
  setUnsaved(false);
  if (sent ?? answer()?.draft) submit("");
}

/** After every change of the page. True if the server's draft was put into the box. */
export function sync() {
  if (!box?.isConnected) save({ isLeaving: true });
  const news = answer();
  if (!news || !box?.isConnected || news.draftAt === known) return false;
  known = news.draftAt;
  if (news.draft === box.value || sent === box.value) setUnsaved(false);
  else if (isUnsaved()) timer ||= setTimeout(save, PAUSE_MS);
  else {
    box.value = news.draft;
    keep(news.draft);
    return true;
  }
  return false;
}

/** What the server said about the open room's draft, if it did. */
function answer() {
  const data = find("[data-draft-room]")?.dataset;
  return data?.draftRoom === room && data.draftAt ? data : null;
}

function save({ isLeaving = false } = {}) {
  clearTimeout(timer);
  timer = 0;
  if (!room || !isUnsaved()) return;
  const text = storage.read(() => localStorage, key()) ?? "";
  if (text.length > LIMIT) return;
  if (isDown()) timer = setTimeout(save, PAUSE_MS);
  // While the room is open the server's answer settles it; what is blank is nothing to keep.
  else if (submit(text) && (isLeaving || !text.trim())) setUnsaved(false);
}

function submit(text) {
  const form = find("[data-draft-form]");
  if (!form) return false;
  sent = text;
  form.elements.room_id.value = room;
  form.elements.body.value = text;
  form.requestSubmit();
  return true;
}
