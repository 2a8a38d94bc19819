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

from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

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


def sign_up(browser: Browser, address: str, name: str) -> Page:
    """A page of a new person who has joined all demonstration rooms."""
    page = browser.new_page(viewport=LAPTOP)
    page.goto(f"{address}/sign-up")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name.lower()}@example.org")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url(f"{address}/")
    for slug in ("sunday-baking", "python-help", "allotment-garden"):
        page.goto(f"{address}/rooms/{slug}")
        page.get_by_role("button", name="Join").first.click()
        page.get_by_role("textbox", name="Message", exact=True).wait_for()
    return page


def open_thread(page: Page, text: str) -> Locator:
    """The thread of the message with that text, opened beside the room."""
    message = page.get_by_role("article").filter(has_text=text).first
    message.hover()
    message.get_by_role("button", name="Reply", exact=True).click()
    thread = page.get_by_role("region", name="Thread")
    thread.get_by_role("textbox", name="Reply").wait_for()
    return thread


def reply(page: Page, to: str, text: str) -> None:
    """Answer a message in its thread."""
    thread = open_thread(page, to)
    thread.get_by_role("textbox", name="Reply").fill(text)
    thread.get_by_role("button", name="Send reply").click()
    thread.locator("article[data-message-id]").filter(has_text=text).wait_for()


def take(page: Page, name: str) -> None:
    """Save what the page shows."""
    page.mouse.move(0, 0)
    page.wait_for_load_state("load")
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with instance() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page, other = (sign_up(browser, address, name) for name in ("Nora", "Ben"))
        reply(other, "Fleece is on", "Same here: two layers, and the tender ones moved indoors.")
        reply(page, "Fleece is on", "Do you open it on a mild day, or leave it till spring?")
        reply(other, "Fleece is on", "@Nora open by noon, closed before dark. It rots otherwise.")
        page.get_by_role("radio", name="After the first frost").first.click()
        take(page, "room-light")
        page.emulate_media(color_scheme="dark")
        take(page, "room-dark")
        page.goto(f"{address}/search?q=mulch")
        page.get_by_role("list", name="Search results").wait_for()
        take(page, "search-dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        page.goto(address + ROOM)
        page.get_by_role("group", name="Poll: ").wait_for()
        take(page, "room-phone")
        browser.close()


if __name__ == "__main__":
    main()
