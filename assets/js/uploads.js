// Files on their way into a message: chosen, dropped or pasted; shown beside the text with their
// progress. What failed stays until it is tried again or taken away, and so does the text.

import { say } from "./announce.js";
import { find, findAll, make, me, openRoom, randomId, storage } from "./dom.js";

const NAME_CHARS = 300;
const CUT_OFF = "Upload failed";
const FILE_ICON = "M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7Z M14 2v4a2 2 0 0 0 2 2h4";

let entries = null; // [{id, key, name, size, token, isPicture, error, sent, file, request, preview}]
let limits = null; // a promise of {max_bytes, max_files}
const waiting = new Map(); // by key: what to do once its files are there
const nodes = new Map(); // by entry id: {node, look}

/** Listen once. */
export function start() {
  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("[data-attach]");
    if (control) choose(keyAt(control));
  });
  document.addEventListener("paste", onPaste);
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, onDrag);
}

/** After every change of the page: the files of the text boxes that are open. */
export function sync() {
  if (!me().id) return;
  entries ??= restore();
  for (const place of findAll("[data-files]")) render(place);
}

/** Whether files of this text box are still being uploaded. */
export const isBusy = (box) => of(keyAt(box)).some((entry) => !entry.token && !entry.error);

/** Whether a file of this text box could not be uploaded. */
export const hasFailed = (box) => of(keyAt(box)).some((entry) => entry.error);

/** Whether this text box has files at all. */
export const hasAny = (box) => of(keyAt(box)).length > 0;

/** Do something once the files of this text box are uploaded, unless one fails. */
export function afterwards(box, action) {
  waiting.set(keyAt(box), action);
  say("The message is sent once its files are uploaded.");
  sync();
}

/** Take the uploaded files away from this text box: [{token, name}]. */
export function take(box) {
  const key = keyAt(box);
  const taken = of(key).filter((entry) => entry.token);
  keep(entries.filter((entry) => !taken.includes(entry)));
  return taken.map(({ token, name }) => ({ token, name }));
}

const of = (key) => (entries ?? []).filter((entry) => entry.key === key);

/** Whose files they are: those of a room's text box, or of a thread's. */
function keyAt(element) {
  const place = find("[data-files]", element.closest(".composer") ?? document);
  return place ? keyOf(place) : "";
}

const keyOf = (place) => `${openRoom()}/${place.dataset.files}`;

function choose(key) {
  const input = make("input", { type: "file", multiple: "", hidden: "" });
  input.addEventListener("change", () => {
    add(key, [...input.files]);
    input.remove();
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

function onPaste(event) {
  const box = event.target.closest?.(".composer");
  const files = [...(event.clipboardData?.files ?? [])];
  if (!box || !files.length || event.clipboardData.getData("text/plain")) return;
  event.preventDefault();
  add(keyAt(box), files);
}

function onDrag(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault(); // or the browser would leave the page to show the file
  const pane = event.target.closest?.(".mid, .right");
  const target = pane && find("[data-files]", pane) ? pane : null;
  for (const other of findAll("[data-dropping]")) {
    if (other !== target || event.type !== "dragover") delete other.dataset.dropping;
  }
  if (!target) event.dataTransfer.dropEffect = "none";
  else if (event.type === "dragover") target.dataset.dropping = "";
  else if (event.type === "drop") add(keyOf(find("[data-files]", target)), [...event.dataTransfer.files]);
}

async function add(key, files) {
  if (!key || !files.length) return;
  limits ??= fetch("/files").then((answer) => (answer.ok ? answer.json() : {}), () => ({}));
  const { max_bytes: maxBytes = Infinity, max_files: maxFiles = Infinity } = await limits;
  if (maxBytes === Infinity) limits = null;
  for (const file of files) {
    const entry = { id: randomId(), key, name: file.name.slice(-NAME_CHARS) || "file", size: file.size, file, sent: 0 };
    if (file.type.startsWith("image/")) entry.preview = URL.createObjectURL(file);
    entries.push(entry);
    if (of(key).length > maxFiles) refuse(entry, `At most ${maxFiles} files`);
    else if (file.size > maxBytes) refuse(entry, `Larger than ${Math.floor(maxBytes / 1e6)} MB`);
  }
  goOn(key);
  const box = findAll("[data-files]").find((place) => keyOf(place) === key);
  find("textarea", box?.closest(".composer") ?? document.createElement("i"))?.focus();
}

/** An error that trying again would not change. */
function refuse(entry, reason) {
  entry.file = null;
  fail(entry, reason);
}

function fail(entry, reason) {
  entry.error = reason;
  entry.request = null;
  waiting.delete(entry.key);
  say(`${entry.name}: ${reason}`);
  goOn(entry.key);
}

function upload(entry) {
  const request = new XMLHttpRequest();
  Object.assign(entry, { request, sent: 0 });
  request.upload.addEventListener("progress", (event) => {
    entry.sent = event.total ? event.loaded / event.total : 0;
    showProgress(entry);
  });
  request.addEventListener("load", () => onAnswer(entry, request));
  request.addEventListener("error", () => fail(entry, CUT_OFF));
  request.open("POST", `/files?room=${encodeURIComponent(entry.key.split("/")[0])}`);
  request.setRequestHeader("X-File-Name", encodeURIComponent(entry.name.toWellFormed?.() ?? entry.name));
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(entry.file);
}

function tryAgain(entry) {
  entry.error = "";
  goOn(entry.key);
}

function onAnswer(entry, request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // Not from the product itself: something in between answered.
  }
  if (request.status !== 201) return fail(entry, answer.error ?? CUT_OFF);
  Object.assign(entry, { token: answer.token, name: answer.name, isPicture: answer.is_picture });
  Object.assign(entry, { shownSize: answer.size, file: null, request: null });
  keep(entries);
  say(`${entry.name} is uploaded.`);
  goOn(entry.key);
}

/** Upload the next file, one at a time so that they keep their order; in the end send what waits. */
function goOn(key) {
  const isUnderWay = of(key).some((entry) => entry.request);
  const next = of(key).find((entry) => !entry.token && !entry.error);
  if (next && !isUnderWay) upload(next);
  sync();
  const action = waiting.get(key);
  if (!action || of(key).some((entry) => !entry.token)) return;
  waiting.delete(key);
  // Only where its text box still is: whoever went elsewhere finds text and files there again.
  if (findAll("[data-files]").some((place) => keyOf(place) === key)) action();
}

function remove(entry) {
  entry.request?.abort();
  entry.request = null;
  if (entry.preview) URL.revokeObjectURL(entry.preview);
  keep(entries.filter((other) => other !== entry));
  goOn(entry.key);
}

/** Uploaded files outlive a reload; those under way cannot. */
function keep(next) {
  entries = next;
  const done = entries.filter((entry) => entry.token).map(({ preview, request, file, ...rest }) => rest);
  storage.write(() => sessionStorage, storageKey(), done.length ? JSON.stringify(done) : "");
  sync();
}

const restore = () => JSON.parse(storage.read(() => sessionStorage, storageKey()) ?? "[]");
const storageKey = () => `chatrooms-files-${me().id}`;

function render(place) {
  const here = of(keyOf(place));
  const wanted = here.map((entry) => {
    const look = `${entry.token} ${entry.error} ${waiting.has(entry.key)}`;
    if (nodes.get(entry.id)?.look !== look) nodes.set(entry.id, { node: draw(entry), look });
    return nodes.get(entry.id).node;
  });
  const isSame = wanted.length === place.children.length && wanted.every((n, i) => place.children[i] === n);
  if (!isSame) place.replaceChildren(...wanted);
  for (const id of nodes.keys()) if (!entries.some((entry) => entry.id === id)) nodes.delete(id);
}

function draw(entry) {
  const isDone = Boolean(entry.token);
  const state = entry.error || (isDone ? entry.shownSize : waiting.has(entry.key) ? "Sends when uploaded" : "Uploading");
  const words = make("span", { class: "stack grow" }, make("b", { class: "cut" }, entry.name));
  words.append(make("small", entry.error ? { role: "alert" } : {}, state));
  const item = make("li", { class: ["upload", entry.error && "failed"].filter(Boolean).join(" ") }, face(entry), words);
  if (entry.error && entry.file) item.append(control(`Retry ${entry.name}`, "Retry", () => tryAgain(entry)));
  item.append(control(`${isDone || entry.error ? "Remove" : "Cancel"} ${entry.name}`, "×", () => remove(entry)));
  if (!isDone && !entry.error) {
    const attributes = { role: "progressbar", "aria-label": `Uploading ${entry.name}`, class: "upload-bar" };
    item.append(make("span", { ...attributes, "aria-valuemin": "0", "aria-valuemax": "100" }));
    queueMicrotask(() => showProgress(entry));
  }
  return item;
}

function face(entry) {
  const source = entry.preview ?? (entry.isPicture ? `/files/${entry.token}/thumbnail` : "");
  return source ? make("img", { src: source, alt: "", class: "upload-face" }) : fileIcon();
}

/** The icon of a file that is no picture. */
function fileIcon() {
  const name = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(name, "svg");
  const path = document.createElementNS(name, "path");
  const look = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2", "aria-hidden": "true" };
  for (const [key, value] of Object.entries({ ...look, class: "upload-face" })) icon.setAttribute(key, value);
  path.setAttribute("d", FILE_ICON);
  icon.append(path);
  return icon;
}

function control(label, word, action) {
  const element = make("button", { type: "button", class: "upload-button", "aria-label": label, title: label }, word);
  element.addEventListener("click", action);
  return element;
}

function showProgress(entry) {
  const bar = find(".upload-bar", nodes.get(entry.id)?.node ?? document.createElement("i"));
  if (!bar) return;
  const percent = Math.round(entry.sent * 100);
  bar.style.setProperty("--sent", `${percent}%`);
  bar.setAttribute("aria-valuenow", String(percent));
}
