// The search field: shows what the address asks for, and takes the focus.

import { findAll } from "./dom.js";

let boxes = [];
let address = "";

/** After every change of the page: a field that is new, or whose address is, says what is asked. */
export function sync() {
  const current = findAll("[data-search]");
  const isSame = current.length === boxes.length && current.every((box, i) => box === boxes[i]);
  if (isSame && address === location.href) return;
  boxes = current;
  address = location.href;
  const isSearch = location.pathname.replace(/\/+$/, "") === "/search";
  const asked = isSearch ? (new URLSearchParams(location.search).get("q") ?? "") : "";
  for (const box of boxes) if (box !== document.activeElement || isSearch) box.value = asked;
}

/** Put the cursor into the field that can be seen. */
export function focusSearch() {
  const box = findAll("[data-search]").find((each) => each.checkVisibility());
  box?.focus();
  box?.select();
}
