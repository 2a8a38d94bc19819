// A picture of the timeline in large, over the page. Esc, the cross or a click beside it closes it.

import { make } from "./dom.js";

/** Listen once. */
export function start() {
  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("[data-picture]");
    if (control) show(control.dataset.picture, control.dataset.name);
  });
}

function show(address, name) {
  const close = make("button", { type: "button", class: "btn btn-ghost" }, "Close");
  const download = make("a", { href: address, download: name, class: "btn btn-ghost" }, "Download");
  const bar = make("div", { class: "lightbox-bar" }, make("b", { class: "cut grow" }, name), download, close);
  const picture = make("img", { src: address, alt: name });
  const dialog = make("dialog", { class: "lightbox", "aria-label": name }, bar, picture);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
