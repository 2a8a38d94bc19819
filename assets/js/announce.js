// Tells assistive technology about messages: a message in focus as one sentence, new ones politely
// and in batches. History that is loaded while scrolling back is not news.

import { find, findAll, me, openRoom } from "./dom.js";

const BATCH_MS = 1500;
const MAX_CHARS = 300;
const SPOKEN = ".quote, .prose, .gone, .poll, .files a, .edited, .thread-footer";

let room = "";
let heard = 0; // position of the newest message already announced
let timer = 0;

/** Listen once. The sentence is made when a message gets the focus: nobody else needs it. */
export function start() {
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.("article[data-message-id]")) target.setAttribute("aria-description", said(target));
  });
}

/** Say something now, also if it was said before. */
export function say(text) {
  const region = find("[data-announcer]");
  if (region) region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** Notice a new newest message. */
export function sync() {
  const log = find("[data-log]");
  const latest = Number(log?.dataset.latest ?? 0);
  if (openRoom() !== room || !heard) {
    room = openRoom();
    heard = latest;
    return;
  }
  if (latest > heard && !timer) timer = setTimeout(announce, BATCH_MS);
}

/** What a message says: its quote, its text, what hangs on it. Its name tells who and when. */
function said(article) {
  const parts = findAll(SPOKEN, article).filter((part) => !part.parentElement.closest(SPOKEN));
  const words = parts.map((part) => part.getAttribute("aria-label") ?? part.innerText);
  return words.join(". ").replace(/\s+/g, " ").trim().slice(0, MAX_CHARS);
}

function announce() {
  timer = 0;
  const log = find("[data-log]");
  if (!log || openRoom() !== room) return;
  const news = findAll("article[data-message-id]", log).filter(
    (article) => Number(article.dataset.position) > heard && article.dataset.authorId !== me().id,
  );
  heard = Math.max(heard, Number(log.dataset.latest));
  if (!news.length) return;
  const last = news[news.length - 1];
  const label = last.getAttribute("aria-label");
  say(news.length === 1 ? `${label}: ${said(last)}` : `${news.length} new messages, the last by ${label}`);
}
