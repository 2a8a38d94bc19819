// Tells assistive technology about messages: a message in focus as one sentence, new ones politely
// and in batches. History that is loaded while scrolling back is not news.

import { find, findAll, me, openRoom } from "./dom.js";

const BATCH_MS = 1500;
const MAX_CHARS = 300;
const SPOKEN = ".quote, .prose, .gone, .poll, .files a, .edited, .thread-footer";

const LISTS = "[data-log], [data-thread-log]";
const heard = new WeakMap(); // list -> {key, position of the newest message already announced}
let timer = 0;
let spoken = ""; // id of the message whose words stand in the live region

/** Listen once. The sentence is made when a message gets the focus: nobody else needs it. */
export function start() {
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.("article[data-message-id]")) target.setAttribute("aria-description", said(target));
  });
}

/** Say something now, also if it was said before. */
export function say(text) {
  spoken = "";
  const region = find("[data-announcer]");
  if (region) region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** Notice new newest messages, in the room and in the open thread. */
export function sync() {
  // What a message said does not outlive it.
  if (spoken && find(`article[data-message-id="${spoken}"][data-deleted="true"]`)) say("");
  for (const list of findAll(LISTS)) {
    const latest = Number(list.dataset.latest);
    const known = heard.get(list);
    const isLoading = !known?.position && !list.dataset.threadLog;
    if (known?.key !== keyOf(list) || isLoading) heard.set(list, { key: keyOf(list), position: latest });
    else if (latest > known.position && !timer) timer = setTimeout(announce, BATCH_MS);
  }
}

const keyOf = (list) => `${openRoom()} ${list.dataset.threadLog ?? ""}`;

/** What a message says: its quote, its text, what hangs on it. Its name tells who and when. */
function said(article) {
  const parts = findAll(SPOKEN, article).filter((part) => !part.parentElement.closest(SPOKEN));
  const words = parts.map((part) => part.getAttribute("aria-label") ?? part.innerText);
  return words.join(". ").replace(/\s+/g, " ").trim().slice(0, MAX_CHARS);
}

function announce() {
  timer = 0;
  const news = findAll(LISTS).flatMap(takeNews);
  if (!news.length) return;
  const last = news[news.length - 1];
  const label = last.getAttribute("aria-label");
  say(news.length === 1 ? `${label}: ${said(last)}` : `${news.length} new messages, the last by ${label}`);
  spoken = last.dataset.messageId;
}

function takeNews(list) {
  const known = heard.get(list);
  if (known?.key !== keyOf(list)) return [];
  const since = known.position;
  known.position = Math.max(since, Number(list.dataset.latest));
  return findAll("article[data-message-id]", list).filter(
    (article) => Number(article.dataset.position) > since && article.dataset.authorId !== me().id,
  );
}
