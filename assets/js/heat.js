// The map of the busy hours: the cell that is pointed to, tapped or focused tells its number in a
// line below; arrow keys go from cell to cell.

import { find, findAll } from "./dom.js";

const CELLS = "[data-tip]";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

let told; // the cell whose number is told

const cellOf = (event) => event.target.closest?.(`.heat ${CELLS}`);

/** Listen once. */
export function start() {
  document.addEventListener("pointerover", (event) => tell(cellOf(event)));
  document.addEventListener("focusin", (event) => tell(cellOf(event)));
  document.addEventListener("click", (event) => cellOf(event)?.focus()); // not every browser does by itself
  document.addEventListener("keydown", onKey);
}

/** After every change of the page: the number may have changed. */
export function sync() {
  if (told?.isConnected) tell(told);
}

function tell(cell) {
  const line = cell && find("[data-told-line]", cell.closest("[data-heat]"));
  if (!line) return;
  told = cell;
  if (line.dataset.told !== cell.dataset.tip) line.dataset.told = cell.dataset.tip;
}

function onKey(event) {
  const cell = cellOf(event);
  if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = findAll("tbody tr", cell.closest(".heat")).map((row) => findAll(CELLS, row));
  const y = rows.findIndex((row) => row.includes(cell));
  const x = rows[y].indexOf(cell);
  const [down, right] = STEPS[event.key] ?? [0, 0];
  const ends = { Home: rows[y][0], End: rows[y].at(-1) };
  const next = ends[event.key] ?? (down || right ? rows[y + down]?.[x + right] : undefined);
  if (event.key in STEPS || event.key in ends) event.preventDefault();
  if (!next || next === cell) return;
  // One of them can be reached with Tab: the one that was left.
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
