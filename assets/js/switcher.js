// The room switcher: opens at once, the server fills its list. The focus stays in the field; the
// option that Enter would take is marked and told to assistive technology.

import { find, findAll, press } from "./dom.js";

let shown = null; // what the list was made for
let active = ""; // path of the option that Enter would take
let isTaking = false; // Enter was pressed before the list for what is typed had come

/** Listen once. */
export function start() {
  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("click", onClick);
}

/** After every change of the page: in a list for something else, the first option is the one to
 * take; in the same list read anew, the one it was. */
export function sync() {
  const options = optionsNow();
  const isSame = shown === listedFor();
  shown = listedFor();
  const here = isSame ? options.findIndex((option) => option.dataset.path === active) : 0;
  if (!isSame || !options[here] || !isActive(options[here])) mark(options, Math.max(here, 0));
  if (shown === find("[data-switcher-input]")?.value) delete find("[data-switcher]").dataset.stale;
  if (isTaking) take();
}

/** Go to the option that is marked, once the list belongs to what is typed. */
function take() {
  isTaking = find("[data-switcher-input]")?.value !== listedFor();
  if (!isTaking) optionsNow().find(isActive)?.click();
}

const optionsNow = () => findAll("[data-switcher] [role=option]");
const listedFor = () => find("[data-listed-for]")?.dataset.listedFor ?? null;
const isActive = (option) => option.getAttribute("aria-selected") === "true";

function onClick(event) {
  if (event.target.closest("[data-open-switcher]")) return open();
  const dialog = event.target.closest("[data-switcher]");
  // A click beside the box lands on the dialog itself; one on an option leads away.
  if (dialog && (event.target === dialog || event.target.closest("[role=option]"))) dialog.close();
}

function open() {
  const dialog = find("[data-switcher]");
  if (!dialog || dialog.open || find('dialog[open], [role="alertdialog"]')) return;
  const field = find("[data-switcher-input]", dialog);
  field.value = "";
  if (listedFor() !== "") dialog.dataset.stale = "";
  isTaking = false;
  dialog.showModal();
  field.focus();
  press("list-places");
}

function onKey(event) {
  const isOurs = event.key.toLowerCase() === "k" && !event.shiftKey && !event.altKey;
  if (isOurs && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    const dialog = find("[data-switcher]");
    return dialog?.open ? dialog.close() : open();
  }
  if (!event.target.closest?.("[data-switcher-input]") || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(event, step);
  else if (event.key === "Enter") {
    event.preventDefault();
    take();
  }
}

function move(event, step) {
  event.preventDefault();
  const options = optionsNow();
  if (!options.length) return;
  mark(options, (options.findIndex(isActive) + step + options.length) % options.length);
}

function mark(options, index) {
  const field = find("[data-switcher-input]");
  if (!field) return;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
  active = options[index]?.dataset.path ?? "";
  if (options[index]) field.setAttribute("aria-activedescendant", options[index].id);
  else field.removeAttribute("aria-activedescendant");
  options[index]?.scrollIntoView({ block: "nearest" });
}
