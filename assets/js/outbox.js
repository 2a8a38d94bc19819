// Messages on their way: shown at once, kept until the room's log shows them, never lost silently.
// Each has an id made here; the server stores an id once, so sending again is always safe.

import { find, findAll, isDown, make, me, openRoom, randomId, storage, threadOf } from "./dom.js";

const GIVE_UP_MS = 10_000;
const GIVE_UP_OFFLINE_MS = 20_000;
const AFTER_RECONNECT_MS = 1500; // the log is sent anew first and may show the message already
const OLD_REFUSAL_MS = 2500; // how long a refusal of an earlier try is not believed after a retry
const GROUP_GAP_MS = 5 * 60_000;
const NOT_SENT = "Not sent";

let entries = null; // [{id, room, thread, body, replyTo, files, isFailed, reason, triedAt, refusals}]
let wasDown = false;
const nodes = new Map();

setInterval(giveUp, 1000);

/** Show a message as "sending" and hand it to the server. */
export function post({ body, replyTo, thread = "", files = [] }) {
  const entry = { id: randomId(), room: openRoom(), thread, body, replyTo, files, refusals: 0 };
  entries.push(entry);
  attempt(entry);
}

/** After every change of the page: drop what arrived, mark what was refused, show the rest. */
export function sync() {
  if (!me().id) return;
  entries ??= restore();
  noteConnection();
  if (!find("[data-log]")) return;
  const arrived = (entry) => find(`article[data-client-id="${CSS.escape(entry.id)}"]`);
  const rest = entries.filter((entry) => !arrived(entry) && !noteRefusal(entry));
  if (rest.length !== entries.length) keep(rest);
  findAll("[data-outbox]").forEach(render);
}

function restore() {
  const kept = JSON.parse(storage.read(() => sessionStorage, storageKey()) ?? "[]");
  if (kept.length) setTimeout(retryAll, AFTER_RECONNECT_MS);
  return kept.map((entry) => ({ ...entry, triedAt: Date.now(), refusals: 0 }));
}

function keep(next) {
  entries = next;
  storage.write(() => sessionStorage, storageKey(), entries.length ? JSON.stringify(entries) : "");
}

const storageKey = () => `chatrooms-outbox-${me().id}`;

function attempt(entry) {
  Object.assign(entry, { isFailed: false, reason: "", triedAt: Date.now() });
  entry.refusals = refusalsOf(entry).length;
  keep(entries);
  submit(entry);
  sync();
}

function submit(entry) {
  const form = find("[data-send-form]");
  if (!form) return;
  const { room, thread = "", id, body, replyTo } = entry;
  const fields = { room_id: room, thread_id: thread, client_id: id, body, reply_to_id: replyTo };
  fields.files = (entry.files ?? []).map((file) => file.token).join(" ");
  for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
  form.requestSubmit();
}

const refusalsOf = (entry) => findAll(`[data-refused="${CSS.escape(entry.id)}"]`);

/** Take note of the server's refusal. True if it says that the message is stored after all. */
function noteRefusal(entry) {
  const refusals = refusalsOf(entry);
  const isNew = refusals.length > entry.refusals;
  const isOld = !isNew && Date.now() - entry.triedAt < OLD_REFUSAL_MS;
  if (entry.isFailed || !refusals.length || isOld) return false;
  const { reason } = refusals[refusals.length - 1].dataset;
  if (!reason) return true;
  fail(entry, reason);
  return false;
}

function fail(entry, reason) {
  entry.isFailed = true;
  entry.reason = reason;
  keep(entries);
}

function giveUp() {
  const limit = isDown() ? GIVE_UP_OFFLINE_MS : GIVE_UP_MS;
  const overdue = (entries ?? []).filter((e) => !e.isFailed && Date.now() - e.triedAt > limit);
  overdue.forEach((entry) => fail(entry, NOT_SENT));
  if (entries?.some((entry) => refusalsOf(entry).length) || overdue.length) sync();
}

function noteConnection() {
  if (wasDown && !isDown()) setTimeout(retryAll, AFTER_RECONNECT_MS);
  wasDown = isDown();
}

/** Once after a reconnect or a reload: everything that nobody has refused. */
function retryAll() {
  if (isDown()) return;
  entries.filter((entry) => !entry.isFailed || entry.reason === NOT_SENT).forEach(attempt);
}

/** Show in one list what waits there: in the room's log, or in the thread that is open. */
function render(place) {
  const isHere = ({ room, thread = "" }) => room === openRoom() && thread === threadOf(place);
  const here = entries.filter(isHere);
  for (const [id, { node }] of nodes) {
    const isElsewhere = node.isConnected && node.parentElement !== place;
    if (isElsewhere || (node.isConnected && here.some((entry) => entry.id === id))) continue;
    node.remove();
    nodes.delete(id);
  }
  let isContinued = follows(place.parentElement);
  for (const entry of here) {
    const look = `${entry.isFailed} ${entry.reason} ${isContinued}`;
    if (nodes.get(entry.id)?.look !== look) {
      const node = draw(entry, isContinued && !Number(entry.replyTo));
      const old = nodes.get(entry.id)?.node;
      if (old) old.replaceWith(node);
      else place.append(node);
      nodes.set(entry.id, { node, look });
    }
    isContinued = true;
  }
}

/** Whether the next message of mine continues the last one in the log, so that it needs no name. */
function follows(log) {
  const all = findAll("article[data-client-id]", log);
  const last = all[all.length - 1];
  return last?.dataset.authorId === me().id && Date.now() - new Date(last.dataset.sentAt) < GROUP_GAP_MS;
}

function draw(entry, isContinued) {
  const { name, initials, hue, avatar } = me();
  const status = make("span", { class: "edited" }, entry.isFailed ? "not sent" : "sending");
  const face = make("span", { class: "av", style: `--hue: ${Number(hue)}`, "aria-hidden": "true" });
  face.append(avatar ? make("img", { src: avatar, alt: "" }) : initials);
  const byline = make("header", { class: "who" }, make("b", {}, name), status);
  const text = make("div", { class: "prose" }, entry.body);
  if (isContinued) text.append(status);
  const main = make("div", { class: "message-main" }, ...(isContinued ? [] : [byline]), text);
  if (entry.files?.length) main.append(make("small", {}, entry.files.map((file) => file.name).join(", ")));
  if (entry.isFailed) main.append(failure(entry));
  const look = ["message", "pending", entry.isFailed && "failed", isContinued && "cont"];
  const margin = isContinued ? make("span", { class: "margin-time" }) : face;
  const attributes = { class: look.filter(Boolean).join(" "), "data-pending-id": entry.id };
  return make("article", { ...attributes, "aria-label": `${name} at sending` }, margin, main);
}

function failure(entry) {
  const look = { type: "button", class: "btn btn-ghost sm" };
  const button = (word, action) => {
    const element = make("button", look, word);
    element.addEventListener("click", action);
    return element;
  };
  return make(
    "div",
    { class: "failure", role: "alert" },
    make("span", {}, entry.reason),
    button("Retry", () => attempt(entry)),
    make("button", { ...look, "data-copy": entry.body }, "Copy"),
    button("Discard", () => {
      keep(entries.filter((other) => other !== entry));
      sync();
    }),
  );
}
