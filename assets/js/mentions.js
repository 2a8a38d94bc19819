// The menu of people while one writes "@": asks the server for members, shows them above the box,
// puts the chosen one into the text. The box stays a text box; the menu is steered from it.

import { find, findAll } from "./dom.js";

const ASK_MS = 120;
const GAP_PX = 6;
const BEGUN = /(?:^|[\s(["'])@([A-Za-z0-9._-]{0,32})$/;

let box = null; // where one is writing
let begun = null; // what stands after the "@", or null
let dismissed = null; // the beginning for which the menu was closed with Esc
let active = 0;
let timer = 0;

const menu = () => find("[data-mentions]");
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
  document.addEventListener("pointerdown", onPointer, { capture: true });
  document.addEventListener("mousedown", (event) => event.target.closest?.("[data-mentions]") && event.preventDefault());
}

/** After every change of the page: people may have arrived. */
export function sync() {
  if (begun !== null && menu()?.dataset.mentions === begun) show();
}

function look(textarea) {
  const found = BEGUN.exec(textarea.value.slice(0, textarea.selectionStart));
  box = textarea;
  begun = found ? found[1] : null;
  if (begun === null) dismissed = null;
  if (begun === null || dismissed !== null) return close();
  if (menu()?.dataset.mentions === begun && options().length) return show();
  clearTimeout(timer);
  timer = setTimeout(ask, ASK_MS);
}

function ask() {
  const form = find("[data-mention-form]");
  if (!form || begun === null) return;
  form.elements.query.value = begun;
  form.requestSubmit();
}

function show() {
  if (dismissed !== null || document.activeElement !== box) return;
  if (!options().length) return close();
  const rect = (box.closest(".composer, .edit-form") ?? box).getBoundingClientRect();
  const style = menu().style;
  style.left = `${rect.left}px`;
  style.width = `${Math.min(rect.width, 360)}px`;
  style.bottom = `${window.innerHeight - rect.top + GAP_PX}px`;
  style.maxHeight = `${Math.max(rect.top - 2 * GAP_PX, 88)}px`;
  if (menu().hidden) active = 0;
  menu().hidden = false;
  box.setAttribute("aria-controls", menu().id);
  box.setAttribute("aria-autocomplete", "list");
  mark(Math.min(active, options().length - 1));
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
  else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") choose(options()[active]);
  else if (event.key === "Escape") {
    dismissed = begun;
    close();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function onPointer(event) {
  const option = event.target.closest?.('[data-mentions] [role="option"]');
  if (!option) return;
  event.preventDefault();
  option.addEventListener("click", () => choose(option), { once: true });
}

function choose(option) {
  const end = box.selectionStart;
  const start = end - begun.length;
  box.setRangeText(`${option.dataset.username} `, start, end, "end");
  begun = null;
  close();
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
