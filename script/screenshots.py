"""Takes the README's pictures: of the demonstration rooms, as somebody new sees them."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
LAPTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
ROOM = "/rooms/allotment-garden"


@contextmanager
def instance() -> Iterator[str]:
    """The address of a running instance with the demonstration rooms."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        line = ["serve", "--port", str(port), "--data", data, "--demo"]
        server = subprocess.Popen(
            [sys.executable, "-m", "chatrooms", *line], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            for told in server.stdout or ():
                print(told, end="", flush=True)
                if told.startswith("Ready"):
                    break
            yield f"http://localhost:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def sign_up(browser: Browser, address: str) -> Page:
    """A page of a new person who has joined all demonstration rooms."""
    page = browser.new_page(viewport=LAPTOP)
    page.goto(f"{address}/sign-up")
    page.get_by_label("Username").fill("Nora")
    page.get_by_label("Email").fill("nora@example.org")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{address}/")
    for slug in ("sunday-baking", "python-help", "allotment-garden"):
        page.goto(f"{address}/rooms/{slug}")
        page.get_by_role("button", name="Join").first.click()
        page.get_by_role("textbox", name="Message", exact=True).wait_for()
    return page


def take(page: Page, name: str) -> None:
    """Save what the page shows, once its code is highlighted."""
    page.get_by_text("low_c").first.wait_for()
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with instance() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = sign_up(browser, address)
        page.goto(address + ROOM)
        take(page, "room-light")
        page.emulate_media(color_scheme="dark")
        take(page, "room-dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        take(page, "room-phone")
        browser.close()


if __name__ == "__main__":
    main()
