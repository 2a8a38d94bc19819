// Tells assistive technology about new messages, politely and in batches. History that is loaded
// while scrolling back is not news.

import { find, findAll, me, openRoom } from "./dom.js";

const BATCH_MS = 1500;
const EXCERPT_CHARS = 200;

let room = "";
let heard = 0; // position of the newest message already announced
let timer = 0;

/** Say something now. */
export function say(text) {
  const region = find("[data-announcer]");
  if (region) region.textContent = text;
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

function announce() {
  timer = 0;
  const news = findAll("article[data-message-id]").filter(
    (article) => Number(article.dataset.position) > heard && article.dataset.authorId !== me().id,
  );
  heard = Math.max(heard, Number(find("[data-log]")?.dataset.latest ?? 0));
  if (!news.length) return;
  const last = news[news.length - 1];
  const label = last.getAttribute("aria-label");
  const text = find(".message-main", last)?.innerText.slice(0, EXCERPT_CHARS) ?? "";
  say(news.length === 1 ? `${label}: ${text}` : `${news.length} new messages, the last by ${label}`);
}
