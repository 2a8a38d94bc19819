// What the page's components compute in the browser: times in the reader's zone, safe addresses,
// whether there is a network. Bundled with the pages (chatrooms/components/browser.py imports it).

import { useSyncExternalStore } from "react";
import { useLocation } from "react-router";

import { randomId } from "./dom.js";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const format = (options) => {
  let made; // a formatter is costly to make, so it is made once, and in the browser
  return (date) => (made ??= new Intl.DateTimeFormat([], options)).format(date);
};
const time = format({ hour: "2-digit", minute: "2-digit" });
const clock = format({ timeStyle: "medium" });
const dateTime = format({ dateStyle: "medium", timeStyle: "short" });
const date = format({ dateStyle: "medium" });
const day = format({ weekday: "long", day: "numeric", month: "long" });
const dayOfAnotherYear = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

let relative; // in English, as all words around it
const ago = (count, unit) => (relative ??= new Intl.RelativeTimeFormat("en", { numeric: "auto" })).format(-count, unit);

const shown = (formatted) => (iso) => (iso ? formatted(new Date(iso)) : "");

export const localTime = shown(time);
export const localClock = shown(clock);
export const localDateTime = shown(dateTime);
export const localDate = shown(date);

/** The time of day if it is today, else the date. */
export function localMoment(iso) {
  if (!iso) return "";
  const then = new Date(iso);
  return then.toDateString() === new Date().toDateString() ? time(then) : date(then);
}

const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
const daysBetween = (then, now) => Math.round((midnight(now) - midnight(then)) / DAY_MS);

/** How long ago that was, in words: minutes, hours of the same day, days of a week, then the date. */
export function localAgo(iso) {
  if (!iso) return "";
  const then = new Date(iso);
  const now = new Date();
  const minutes = Math.floor((now - then) / MINUTE_MS);
  const days = daysBetween(then, now);
  if (minutes < 1) return "just now";
  if (minutes < 60) return ago(minutes, "minute");
  if (days < 1) return ago(Math.floor(minutes / 60), "hour");
  return days < 7 ? ago(days, "day") : date(then);
}

function eachMinute(onChange) {
  const timer = setInterval(onChange, MINUTE_MS);
  return () => clearInterval(timer);
}

/** The minute that it is: what is told of times that pass is told anew when it changes. */
export function useMinute() {
  return useSyncExternalStore(
    eachMinute,
    () => Math.floor(Date.now() / MINUTE_MS),
    () => 0,
  );
}

/** A date separator's words. */
export function localDay(iso) {
  const then = new Date(iso);
  const now = new Date();
  const daysAgo = daysBetween(then, now);
  if (daysAgo === 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  return (then.getFullYear() === now.getFullYear() ? day : dayOfAnotherYear)(then);
}

/** Whether a message is the first of its day. */
export function startsDay(sentAt, previousAt) {
  return !previousAt || new Date(sentAt).toDateString() !== new Date(previousAt).toDateString();
}

/** The address if it leads to the web or to a mailbox; otherwise none, and the link is dead text. */
export function webAddress(url) {
  return /^(https?:\/\/|mailto:)/i.test(url) ? url : undefined;
}

/** A path of this app as an address that can be passed on. */
export function fullAddress(path) {
  return path ? new URL(path, window.location.origin).href : "";
}

/** A path without the slash that a static file server may have put at its end. */
const plain = (path) => path.replace(/\/+$/, "") || "/";

/** The open page's path. */
export function usePath() {
  return plain(useLocation().pathname);
}

const BROWSERS = [
  [/edg/i, "Edge"],
  [/opr|opera/i, "Opera"],
  [/firefox|fxios/i, "Firefox"],
  [/chrome|chromium|crios/i, "Chrome"],
  [/safari/i, "Safari"],
];
const SYSTEMS = [
  [/android/i, "Android"],
  [/iphone|ipad/i, "iOS"],
  [/windows/i, "Windows"],
  [/mac os/i, "macOS"],
  [/linux|x11/i, "Linux"],
];

/** What a browser calls itself, in words: "Firefox on Linux". */
export function deviceName(agent) {
  const named = (list) => list.find(([pattern]) => pattern.test(agent))?.[1];
  const parts = [named(BROWSERS), named(SYSTEMS)].filter(Boolean);
  return parts.join(" on ") || agent || "Unknown device";
}

function subscribe(onChange) {
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
}

/** Whether the browser itself says that it has no network. */
export function useOffline() {
  return useSyncExternalStore(
    subscribe,
    () => !navigator.onLine,
    () => false,
  );
}

let isWriting = false; // an emoji was put into the text, so the focus goes back there

/** Put an emoji into the composer where the cursor is, as if it were typed. */
export function insertEmoji(emoji) {
  const box = document.querySelector("[data-composer]");
  if (!box) return;
  box.setRangeText(emoji, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  isWriting = true;
}

/** Once the picker has closed and given the focus back to its button: go on writing. */
export function backToWriting() {
  if (isWriting) setTimeout(() => document.querySelector("[data-composer]")?.focus());
  isWriting = false;
}

/** Close the emoji picker that is open. */
export function closePicker() {
  document.querySelector("[data-close-picker]")?.click();
}

/** Whether it is now between two minutes of the day in that zone, over midnight perhaps. */
export function isQuiet(begin, end, timeZone) {
  if (begin < 0 || end < 0 || begin === end) return false;
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" })
    .format(new Date())
    .split(":");
  const now = Number(parts[0]) * 60 + Number(parts[1]);
  return begin < end ? now >= begin && now < end : now >= begin || now < end;
}

const NAME = /(^|[^\w@/.`-])@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9_])?)(?![\w@/])/g;
const UNTOUCHED = new Set(["code", "pre", "a"]);

/** A rehype plugin that marks "@name" in a message where somebody is meant: `meant` are user names
 * in lower case with blanks between them, `me` is the reader's own. */
export function rehypeMentions({ me, meant }) {
  const mine = me.toLowerCase();
  const names = new Set(meant.split(" "));
  return (tree) => {
    if (meant) visit(tree); // what a plugin returns would take the tree's place
  };

  function visit(node) {
    if (!node.children || UNTOUCHED.has(node.tagName)) return;
    node.children = node.children.flatMap((child) => {
      if (child.type === "text") return split(child.value);
      visit(child);
      return [child];
    });
  }

  function split(text) {
    const parts = [];
    let from = 0;
    for (const match of text.matchAll(NAME)) {
      if (!names.has(match[2].toLowerCase())) continue;
      const at = match.index + match[1].length;
      if (at > from) parts.push({ type: "text", value: text.slice(from, at) });
      const className = match[2].toLowerCase() === mine ? ["mention", "mine"] : ["mention"];
      const children = [{ type: "text", value: `@${match[2]}` }];
      parts.push({ type: "element", tagName: "span", properties: { className }, children });
      from = match.index + match[0].length;
    }
    if (from < text.length) parts.push({ type: "text", value: text.slice(from) });
    return parts;
  }
}

/** A minute of the day as a time field holds it. */
export function timeOfDay(minute) {
  if (minute < 0) return "";
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

/** When today or this week (from Monday on) began where the reader is. */
export function startOf(stretch) {
  const now = new Date();
  const back = stretch === "week" ? (now.getDay() + 6) % 7 : 0;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).toISOString();
}

/** An id for something that is asked once, however often it is sent. */
export const freshId = randomId;

let visit = { path: "", number: 0 };

/** Which visit to which page this is: the same until that is left or loaded anew. */
export function here(path = plain(window.location.pathname)) {
  if (path !== visit.path) visit = { path, number: visit.number + 1 };
  return `${performance.timeOrigin} ${visit.number}`;
}

/** The browser's own time zone. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The time zone, or the browser's own while no hours were chosen. */
export function zoneOrOwn(timeZone, minute) {
  return minute < 0 ? Intl.DateTimeFormat().resolvedOptions().timeZone || timeZone : timeZone;
}

/** How many of the listed cases can be decided together: an appeal against a sanction is answered
 * by itself. */
export const countPickable = (cases) => cases.filter((row) => !row.sanction).length;

const CITED = /\[(\d{1,4})\]/g;

/** A rehype plugin for what the assistant wrote: links and pictures become text that names their
 * address, and marks such as [2] are set small if there are that many `sources`. */
export function rehypeAnswer({ sources }) {
  return (tree) => {
    visit(tree, false);
  };

  function visit(node, isCode) {
    if (!node.children) return;
    node.children = node.children.flatMap((child) => {
      if (child.type === "text") return isCode ? [child] : marked(child.value);
      visit(child, isCode || child.tagName === "code");
      if (child.tagName === "a") return [...child.children, ...address(child.properties?.href, words(child))];
      if (child.tagName === "img") return address(child.properties?.src, "", child.properties?.alt);
      return [child];
    });
  }

  function marked(text) {
    const parts = [];
    let from = 0;
    for (const mark of text.matchAll(CITED)) {
      if (!Number(mark[1]) || Number(mark[1]) > sources) continue;
      const before = text.slice(from, mark.index).replace(/ $/, "");
      if (before) parts.push({ type: "text", value: before });
      const children = [{ type: "text", value: mark[1] }];
      parts.push({ type: "element", tagName: "sup", properties: { className: ["cite"] }, children });
      from = mark.index + mark[0].length;
    }
    if (from < text.length) parts.push({ type: "text", value: text.slice(from) });
    return parts;
  }
}

const words = (node) => node.value ?? (node.children ?? []).map(words).join("");

function address(url, shown, name = "") {
  if (!url || url === shown) return [];
  return [{ type: "text", value: `${name} (${url})` }];
}
