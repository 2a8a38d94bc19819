// Keeps the composer above the on-screen keyboard where `dvh` ignores it (iOS).

const KEYBOARD_PX = 120;

/** Make the app as high as what is left above the keyboard. */
export function fitKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  view.addEventListener("resize", () => {
    const root = document.documentElement.style;
    if (window.innerHeight - view.height > KEYBOARD_PX) {
      root.setProperty("--app-height", `${Math.round(view.height)}px`);
      window.scrollTo(0, 0);
    } else {
      root.removeProperty("--app-height");
    }
  });
}
