// Sends the picture that somebody chose to be shown as. The page shows it once the server did.

import { find, make } from "./dom.js";

/** Listen once. */
export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-upload-avatar]")) choose();
  });
}

function choose() {
  const input = make("input", { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", hidden: "" });
  input.addEventListener("change", () => send(input.files[0]).finally(() => input.remove()));
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}

async function send(file) {
  tell("Uploading");
  try {
    const headers = { "X-File-Name": "avatar", "Content-Type": "application/octet-stream" };
    const answer = await fetch("/avatar", { method: "POST", headers, body: file });
    tell(answer.ok ? "Your picture is changed." : ((await answer.json()).error ?? "Upload failed"));
  } catch {
    tell("Upload failed");
  }
}

function tell(words) {
  const note = find("[data-avatar-note]");
  if (note) note.textContent = words;
}
