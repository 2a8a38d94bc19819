// The pane "Room assistant": sends questions, follows an answer while it is written unless the
// reader scrolled up, and says when one is there.

import { say } from "./announce.js";
import { find, findAll, randomId } from "./dom.js";

const BOTTOM_PX = 32; // still counts as the bottom
const GIVE_UP_MS = 8000; // a question that nothing was heard of may be sent again
const MAX_SPOKEN = 600;

let list = null;
let room = "";
let pinned = true; // at the newest answer and following
let wantsFocus = false; // the pane was asked for in order to write in it
let sent = null; // the question on its way: {id, text, at}
const begun = {}; // what was typed and not sent, by room
const outcomes = new Map(); // turn -> what is known of it, so that its end is told once

/** Listen once. */
export function start() {
  document.addEventListener("click", onClick, { capture: true });
  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("input", ({ target }) => {
    if (target === box()) begun[room] = target.value;
  });
}

/** After every change of the page. */
export function sync() {
  const current = find("[data-answers]");
  if (current !== list) attach(current);
  if (!list) return;
  if (list.dataset.answers !== room) enter(list.dataset.answers);
  settleSent();
  tellOutcomes();
  if (pinned) list.scrollTop = list.scrollHeight;
}

const form = () => find("[data-ask-form]");
const box = () => find("[data-ask-form] textarea");

function attach(next) {
  const was = list;
  list = next;
  room = "";
  pinned = true;
  if (!list) {
    // Closed with the focus in it: go back to the button that opens it.
    if (was && document.activeElement === document.body) find("[data-ask-room]")?.focus();
    return;
  }
  list.addEventListener("scroll", () => {
    pinned = list.scrollHeight - list.clientHeight - list.scrollTop <= BOTTOM_PX;
  }, { passive: true });
  if (wantsFocus) box()?.focus({ preventScroll: true });
  wantsFocus = false;
}

function enter(id) {
  room = id;
  outcomes.clear();
  for (const article of findAll("[data-turn]", list)) outcomes.set(article.dataset.turn, article.dataset.outcome);
  if (box() && room !== "0") fill(begun[room] ?? "");
}

function fill(text) {
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

function onClick(event) {
  if (event.target.closest("[data-ask-room]")) wantsFocus = !list;
  const starter = event.target.closest("[data-starter]");
  if (!starter) return;
  fill(starter.dataset.starter);
  form().requestSubmit();
  box().focus();
}

function onKey(event) {
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.target !== box() || event.key !== "Enter" || event.shiftKey || isComposing) return;
  event.preventDefault();
  form().requestSubmit();
}

/** Before the page reads the form: its question gets an id, so that it is asked once. */
function onSubmit(event) {
  if (event.target !== form()) return;
  const text = box().value.trim();
  const isWaiting = sent && Date.now() - sent.at < GIVE_UP_MS;
  if (!text || isWaiting || find('[data-outcome="running"]', list)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const id = sent?.text === text ? sent.id : randomId();
  sent = { id, text, at: Date.now() };
  form().elements.client_id.value = id;
  pinned = true;
}

/** Once the question stands in the conversation the box is free; once it was refused it stays. */
function settleSent() {
  if (!sent) return;
  if (form()?.dataset.refused === sent.id) sent = null;
  else if (find(`[data-asked="${sent.id}"]`, list)) {
    if (box().value.trim() === sent.text) fill("");
    sent = null;
  }
}

function tellOutcomes() {
  for (const article of findAll("[data-turn]", list)) {
    const { turn, outcome } = article.dataset;
    const before = outcomes.get(turn);
    if (before === outcome) continue;
    outcomes.set(turn, outcome);
    if (outcome === "running") say("The assistant is answering");
    else if (before === "running") say(`Assistant: ${spoken(article)}`);
  }
}

function spoken(article) {
  const parts = findAll(".prose, .note, .no-answer, .gone", article).map((part) => part.innerText);
  return parts.join(". ").replace(/\s+/g, " ").trim().slice(0, MAX_SPOKEN);
}
