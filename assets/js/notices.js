// The browser's own notifications, while the page is hidden and the person allowed them. Permission
// is asked for on a click in the settings, never by itself.

import { find, findAll, storage } from "./dom.js";

const WANTED = "chatrooms-browser-notices";

let known = null; // the newest notification that was there already
const counts = new Map(); // unread messages by address, of rooms of which everything is wanted

const isSupported = () => "Notification" in window;
const isWanted = () =>
  isSupported() && Notification.permission === "granted" && storage.read(() => localStorage, WANTED) !== "off";

/** Listen once. */
export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-allow-notices]")) allow();
    if (event.target.closest("[data-close-notes]")) find("[data-bell]")?.focus();
    // The button goes with the click; the focus stays on what it stood beside.
    event.target.closest("[data-mark-note]")?.previousElementSibling?.focus();
  });
  document.addEventListener("pointerdown", onPressOutside);
  document.addEventListener("keydown", onEscape, { capture: true });
}

/** After every change of the page: tell what is new; say in the settings how things stand. */
export function sync() {
  tellNewest();
  tellRooms();
  describe();
}

/** Whether the list holds an appeal that is not sent yet: closing it would lose the text. */
function isWriting() {
  return Boolean(find("[data-notes] textarea")?.value.trim());
}

function onEscape(event) {
  const close = find("[data-close-notes]");
  if (event.key !== "Escape" || !close || isWriting() || find('dialog[open], [role="dialog"], [role="menu"]')) return;
  event.stopPropagation();
  close.click();
}

function onPressOutside(event) {
  if (event.target.closest("[data-notes], [data-bell]") || isWriting()) return;
  find("[data-close-notes]")?.click();
}

function tellNewest() {
  const data = find("[data-newest]")?.dataset;
  if (!data || data.newest === known) return;
  const isNews = known !== null && data.newestRead === "false";
  known = data.newest;
  if (isNews) show(data.newestTitle, data.newestText, data.newestPath);
}

function tellRooms() {
  for (const row of findAll('a.row[data-notify="all"]')) {
    const path = row.getAttribute("href");
    const count = Number(row.dataset.count) || 0;
    const before = counts.get(path);
    counts.set(path, count);
    const name = find(".cut", row)?.textContent ?? "";
    if (before !== undefined && count > before) show(name, `${count} unread`, path);
  }
}

function show(title, body, path) {
  if (!document.hidden || !isWanted() || find("[data-quiet]")?.dataset.quiet === "true") return;
  const notice = new Notification(title, { body, tag: path, icon: "/favicon.svg" });
  notice.addEventListener("click", () => {
    window.focus();
    location.assign(path);
  });
}

async function allow() {
  if (!isSupported()) return;
  const isOn = isWanted();
  if (!isOn && Notification.permission === "default") await Notification.requestPermission();
  storage.write(() => localStorage, WANTED, isOn ? "off" : "on");
  describe();
}

function describe() {
  const note = find("[data-notices-state]");
  const button = find("[data-allow-notices]");
  if (!note || !button) return;
  const words = !isSupported()
    ? "This browser has none on this address."
    : Notification.permission === "denied"
      ? "This browser does not allow them for this address. Allow them in its own settings."
      : isWanted()
        ? "On in this browser, while no tab of Chatrooms is in front."
        : "Off in this browser.";
  const label = isWanted() ? "Turn off" : "Turn on";
  if (note.textContent !== words) note.textContent = words;
  if (button.textContent !== label) button.textContent = label;
  button.disabled = !isSupported() || Notification.permission === "denied";
}
