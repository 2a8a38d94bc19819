// The menus while one writes: people after "@", emoji after ":". Each asks the server for what begins
// so, shows it above the box, and puts the chosen one into the text. The box stays a text box; the
// menu is steered from it.

import { find, findAll } from "./dom.js";

const ASK_MS = 120;
const GAP_PX = 6;
const MAX_PX = 360;

const KINDS = [
  {
    name: "people",
    begun: /(?:^|[\s(["'])@([A-Za-z0-9._-]{0,32})$/,
    written: (option) => `@${option.dataset.value} `,
  },
  {
    // Two characters at least, and nothing that belongs to a time, an address or a path before them.
    name: "emoji",
    begun: /(?:^|[\s(["'\p{Extended_Pictographic}\ufe0f]):([A-Za-z0-9_+-]{2,32})$/u,
    written: (option) => `${option.dataset.value} `,
  },
];

let box = null; // where one is writing
let kind = null; // the menu that belongs to what is being written
let begun = null; // what stands after the "@" or ":", or null
let dismissed = null; // the menu that was closed with Esc, until its word is over
let active = 0;
let timer = 0;

const menu = () => kind && find(`[data-menu="${kind.name}"]`);
const options = () => findAll('[role="option"]', menu());
const isOpen = () => Boolean(menu() && !menu().hidden);

/** Listen once. Keys are taken before the composer hears of them. */
export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("textarea.grows")) look(event.target);
  });
  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("focusout", (event) => event.target === box && close());
  // Pressing with a pointer must not take the focus out of the box.
  document.addEventListener("mousedown", (event) => event.target.closest?.("[data-menu]") && event.preventDefault());
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.('[data-menu] [role="option"]');
    if (option && isOpen()) choose(option);
  });
}

/** After every change of the page: what was asked for may have arrived. */
export function sync() {
  if (begun !== null && menu()?.dataset.offers === begun) show();
}

function look(textarea) {
  const before = textarea.value.slice(0, textarea.selectionStart);
  const next = isInCode(before) ? undefined : KINDS.find((each) => each.begun.test(before));
  if (textarea !== box || next !== kind) {
    close();
    dismissed = null;
  }
  box = textarea;
  kind = next;
  begun = next ? next.begun.exec(before)[1] : null;
  if (!next || dismissed) return close();
  if (menu()?.dataset.offers === begun) return show();
  // What was offered for fewer letters stays until the answer, unless Enter would choose another.
  if (isOpen() && !options()[active].textContent.toLowerCase().includes(begun.toLowerCase())) close();
  clearTimeout(timer);
  timer = setTimeout(ask, ASK_MS);
}

/** Whether a text ends inside code: in a fence, or after a backtick of its line. */
function isInCode(text) {
  const lines = text.split("\n");
  const line = lines.pop();
  const fences = lines.filter((each) => /^ {0,3}(`{3}|~{3})/.test(each)).length;
  return fences % 2 === 1 || (line.match(/`+/g) ?? []).length % 2 === 1;
}

function ask() {
  const form = kind && find(`[data-menu-form="${kind.name}"]`);
  if (!form || begun === null) return;
  form.elements.query.value = begun;
  form.requestSubmit();
}

function show() {
  if (dismissed || document.activeElement !== box) return;
  if (!options().length) return close();
  place();
  if (menu().hidden) active = 0;
  menu().hidden = false;
  box.setAttribute("aria-controls", menu().id);
  box.setAttribute("aria-autocomplete", "list");
  mark(Math.min(active, options().length - 1));
}

function place() {
  const rect = (box.closest(".composer, .edit-form") ?? box).getBoundingClientRect();
  const style = menu().style;
  style.left = `${rect.left}px`;
  style.width = `${Math.min(rect.width, MAX_PX)}px`;
  style.bottom = `${window.innerHeight - rect.top + GAP_PX}px`;
  style.maxHeight = `${Math.max(rect.top - 2 * GAP_PX, 88)}px`;
}

function close() {
  clearTimeout(timer);
  if (menu()) menu().hidden = true;
  box?.removeAttribute("aria-activedescendant");
}

function mark(index) {
  const all = options();
  active = (index + all.length) % all.length;
  all.forEach((option, i) => {
    const selected = String(i === active);
    if (option.getAttribute("aria-selected") !== selected) option.setAttribute("aria-selected", selected);
  });
  all[active].scrollIntoView({ block: "nearest" });
  if (box.getAttribute("aria-activedescendant") !== all[active].id)
    box.setAttribute("aria-activedescendant", all[active].id);
}

function onKey(event) {
  if (event.isComposing || event.target !== box || !isOpen()) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(active + step);
  else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(options()[active]);
  else if (event.key === "Escape") {
    dismissed = kind;
    close();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function choose(option) {
  const end = box.selectionStart;
  box.setRangeText(kind.written(option), end - begun.length - 1, end, "end");
  begun = null;
  close();
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
