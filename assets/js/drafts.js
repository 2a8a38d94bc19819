// Drafts per room and per thread: every key in this browser's storage, and in pauses on the server,
// so that another browser goes on where this one stopped. What is typed here and not yet saved there
// wins over the server's draft; otherwise the server's is shown.

import { find, isDown, me, storage } from "./dom.js";

const PAUSE_MS = 2000;
const LIMIT = 4000;

/** What is being written in one text box, in one room or thread after the other. */
class Draft {
  form; // the name of the form that saves it
  room = "";
  thread = "";
  box = null;
  known = ""; // the server's answer that was last looked at
  sent = null; // what was sent to the server from this place and is not answered yet
  timer = 0;

  constructor(form) {
    this.form = form;
  }

  /** A text box is there: save what was left elsewhere, and show this place's draft. */
  open(box, room, thread = "") {
    if (this.room !== room || this.thread !== thread) {
      this.save({ isLeaving: true });
      this.known = "";
      this.sent = null;
    }
    this.room = room;
    this.thread = thread;
    this.box = box;
    box.value = this.#read();
  }

  /** Something was typed. */
  changed() {
    this.#keep(this.box.value);
    this.#setUnsaved(true);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  /** The text was sent as a message: nothing of it stays. */
  clear() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.#keep("");
    this.#setUnsaved(false);
    if (this.sent ?? this.#answer()?.draft) this.#submit("");
  }

  /** After every change of the page. True if the server's draft was put into the box. */
  sync() {
    if (!this.box?.isConnected) this.save({ isLeaving: true });
    const news = this.#answer();
    if (!news || !this.box?.isConnected || news.draftAt === this.known) return false;
    this.known = news.draftAt;
    if (news.draft === this.box.value || this.sent === this.box.value) {
      this.#setUnsaved(false);
      this.sent = null; // answered: what the server says from now on comes from elsewhere
    } else if (this.#isUnsaved()) this.timer ||= setTimeout(() => this.save(), PAUSE_MS);
    else {
      this.box.value = news.draft;
      this.#keep(news.draft);
      return true;
    }
    return false;
  }

  save({ isLeaving = false } = {}) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (!this.#isPlace() || !this.#isUnsaved()) return;
    const text = this.#read();
    if (text.length > LIMIT) return;
    if (isDown()) this.timer = setTimeout(() => this.save(), PAUSE_MS);
    // While the box is open the server's answer settles it; what is blank is nothing to keep.
    else if (this.#submit(text) && (isLeaving || !text.trim())) this.#setUnsaved(false);
  }

  #isPlace = () => Boolean(this.room) && this.thread !== "0";
  #place = () => [this.room, this.thread].filter(Boolean).join("-");
  #key = () => `chatrooms-draft-${me().id}-${this.#place()}`;
  #read = () => storage.read(() => localStorage, this.#key()) ?? "";
  #keep = (text) => storage.write(() => localStorage, this.#key(), text);
  #isUnsaved = () => storage.read(() => localStorage, `${this.#key()}-unsaved`) === "1";
  #setUnsaved = (is) => storage.write(() => localStorage, `${this.#key()}-unsaved`, is ? "1" : "");

  /** What the server said about the open place's draft, if it did. */
  #answer() {
    const data = this.room && find(`[data-draft-of="${this.#place()}"]`)?.dataset;
    return data?.draftAt ? data : null;
  }

  #submit(text) {
    const form = find(`[data-draft-form="${this.form}"]`);
    if (!form) return false;
    this.sent = text;
    form.elements.room_id.value = this.room;
    if (this.thread) form.elements.thread_id.value = this.thread;
    form.elements.body.value = text;
    form.requestSubmit();
    return true;
  }
}

export const room = new Draft("room");
export const reply = new Draft("reply");
const all = [room, reply];

/** Listen once. A tab that is put away saves what is in it. */
export function start() {
  document.addEventListener("visibilitychange", () => document.hidden && all.forEach((each) => each.save()));
}

/** After every change of the page. The boxes into which the server's drafts were put. */
export function sync() {
  return all.filter((each) => each.sync()).map((each) => each.box);
}
