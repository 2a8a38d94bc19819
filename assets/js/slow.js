// Slow mode: counts down, above the text box, until one may write again. What it counts from are
// one's own messages on the page, so another tab and a reload know it too.

import { say } from "./announce.js";
import { find, findAll, me, openRoom } from "./dom.js";

let timer = 0;
let offIn = ""; // the room that was not in slow mode a moment ago
let since = 0; // when it began while the page was open: what was sent before does not count
let saidFor = 0; // the message that one was told to wait after

/** After every change of the page: how long is left. */
export function sync() {
  clearTimeout(timer);
  const notes = findAll("[data-slow]");
  if (!notes.length) {
    offIn = openRoom();
    return;
  }
  if (offIn) since = offIn === openRoom() ? Date.now() : 0;
  offIn = "";
  const sentAt = newest();
  const left = Math.min(Number(notes[0].dataset.slow), secondsLeft(sentAt, notes[0]));
  const words = left > 0 ? `again in ${inWords(left)}` : "";
  for (const note of notes) {
    const place = find("[data-slow-left]", note);
    if (place && place.textContent !== words) place.textContent = words;
  }
  if (left <= 0) return;
  timer = setTimeout(sync, 500);
  if (sentAt > saidFor) say(`Slow mode: you can write again in ${left} seconds.`);
  saidFor = sentAt;
}

/** When one's newest message that is on the page was sent. */
function newest() {
  const mine = findAll(`article[data-author-id="${CSS.escape(me().id)}"][data-sent-at]`);
  const sent = mine.map((article) => Date.parse(article.dataset.sentAt) || 0);
  return Math.max(0, ...sent.filter((at) => at >= since));
}

const secondsLeft = (sentAt, note) =>
  Math.ceil((sentAt + Number(note.dataset.slow) * 1000 - Date.now()) / 1000);

function inWords(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return `${Math.ceil(seconds / 60)} min`;
}
