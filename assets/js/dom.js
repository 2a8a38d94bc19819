// Small helpers. What React renders is only read, pressed, or marked with attributes of our own.

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Press a control that the page renders for the scripts, such as "older" or "typing". */
export const press = (name) => find(`[data-press="${name}"]`)?.click();

/** Whether the page says that it cannot reach the server. */
export const isDown = () => Boolean(find("[data-down]"));

/** Who is signed in, as the page's frame tells it. */
export function me() {
  const { me: id, meName: name, meInitials: initials, meHue: hue, meAvatar: avatar } = find("[data-me]")?.dataset ?? {};
  return { id, name, initials, hue, avatar };
}

/** The id of the room on the screen; an empty string while there is none. */
export function openRoom() {
  const id = find("[data-log]")?.dataset.log;
  return id && id !== "0" ? id : "";
}

/** The thread whose pane an element is in: empty in the room itself, "0" while none is open. */
export const threadOf = (element) => element?.closest("[data-thread]")?.dataset.thread ?? "";

/** An element with attributes and children; text stays text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A random id. `crypto.randomUUID` exists only on secure origins, and plain http is allowed here. */
export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Put text on the clipboard, also where the modern interface is missing (plain http). */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const box = make("textarea", { class: "sr-only", "aria-hidden": "true" });
  box.value = text;
  const before = document.activeElement;
  document.body.append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
  before?.focus?.();
}

/** Storage that may be full or forbidden: then nothing is remembered, and nothing breaks. */
export const storage = {
  read(area, key) {
    try {
      return area().getItem(key);
    } catch {
      return null;
    }
  },
  write(area, key, value) {
    try {
      if (value) area().setItem(key, value);
      else area().removeItem(key);
    } catch {
      // A full or forbidden storage costs the memory over a reload, no more.
    }
  },
};
