"""What a person sees and does on one screen, and what no screen may ever do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    WebSocketRoute,
    expect,
)

from tests.support.people import PASSWORD, Place, Someone

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
SOON_MS = 6_000
"""Shorter than the instance takes to notice by itself what was not announced to it."""

OUTAGE = re.compile(r"WebSocket|websocket|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_NETWORK")
"""What a browser writes on its console by itself while the server cannot be reached."""

STRAYED = """() => {
    const app = document.querySelector(".app");
    const page = document.scrollingElement;
    if (!app) return "";
    if (page.scrollHeight > page.clientHeight)
        return `${location.pathname}: the document scrolls, ${page.scrollHeight} px high`;
    if (app.scrollTop && getComputedStyle(app).overflowY !== "auto")
        return `${location.pathname}: the application is scrolled by ${app.scrollTop} px`;
    return "";
}"""
"""What a page tells whose bars and panes can move out of the window."""


@dataclass
class Desk:
    """Browsers of several people. Leaving it fails if a page misbehaved in any of them."""

    browser: Browser
    url: str
    cookie: str
    troubles: list[str] = field(default_factory=list[str])
    expected: re.Pattern[str] | None = None
    """Lines on the console that belong to what the test does to the server."""
    _contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])

    def sit_down(self, someone: Someone | None = None, **options: Any) -> "Screen":
        """A fresh browser with an empty tab, signed in if it is somebody's."""
        chosen: dict[str, Any] = {"locale": "en-GB", **DESKTOP, **options}
        context = self.browser.new_context(**chosen)
        self._contexts.append(context)
        context.on("request", lambda request: self._check_host(request.url))
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.troubles.append(f"page error: {error.error}"))
        if someone is not None:
            cookie: Any = {"name": self.cookie, "value": someone.token, "url": self.url}
            cookie |= {"httpOnly": True, "sameSite": "Lax"}
            context.add_cookies([cookie])
        return Screen(context.new_page(), self)

    def expect_outage(self) -> None:
        """From now on the browsers may complain that they cannot reach the server."""
        self.expected = OUTAGE

    def _check_host(self, url: str) -> None:
        if not url.startswith(("data:", "blob:", "about:")) and self._host(url) != self._host():
            self.troubles.append(f"asked another host: {url}")

    def _host(self, url: str = "") -> str:
        return urlsplit(url or self.url).netloc

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not (self.expected and self.expected.search(message.text)):
            self.troubles.append(f"console: {message.text}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for context in self._contexts:
            if error is None:
                self.troubles += filter(None, [page.evaluate(STRAYED) for page in context.pages])
            context.close()
        if error is None:
            assert self.troubles == []


class Line:
    """The connection of one tab, to cut and to mend. Made before the tab goes anywhere."""

    def __init__(self, screen: "Screen") -> None:
        screen.desk.expect_outage()
        self._context = screen.page.context
        self._ends: list[WebSocketRoute] = []
        screen.page.route_web_socket(re.compile("/_event"), self._connect)

    def cut(self) -> None:
        """Break the connection; a new one finds no network."""
        self._context.set_offline(True)
        # Closing one has the tab try again at once; the new attempt is the network's to refuse.
        ends, self._ends = self._ends, []
        for end in ends:
            end.close()

    def mend(self) -> None:
        """Let the tab connect again."""
        self._context.set_offline(False)

    def _connect(self, tab: WebSocketRoute) -> None:
        self._ends += [tab, tab.connect_to_server()]


class Screen:
    """One tab."""

    def __init__(self, page: Page, desk: Desk) -> None:
        self.page = page
        self.desk = desk
        self.log = page.get_by_role("log", name="Messages")
        self.messages = self.log.locator("article[data-message-id]")
        self.composer = page.get_by_role("textbox", name="Message", exact=True)
        self.info = page.get_by_role("complementary", name="Room info")
        self.my_rooms = page.get_by_role("list", name="My rooms")
        self.connection = page.get_by_role("status").filter(has_text="Reconnecting")

    # Going places

    def go(self, path: str) -> "Screen":
        """Open an address of the instance."""
        self.page.goto(self.desk.url + path, wait_until="domcontentloaded")
        return self

    def enter(self, room: Place, query: str = "") -> "Screen":
        """Open a room and wait until it is shown."""
        self.go(f"/rooms/{room.slug}{query}")
        self.expect_room(room)
        return self

    def another_tab(self) -> "Screen":
        """A second tab of the same browser."""
        return Screen(self.page.context.new_page(), self.desk)

    def expect_path(self, path: str) -> None:
        """Wait until the address is that one, with or without a slash at its end."""
        expect(self.page).to_have_url(re.compile(f"^{re.escape(self.desk.url + path)}/?$"))

    def expect_room(self, room: Place) -> None:
        """Wait until the room is on the screen."""
        expect(self.log).to_have_attribute("data-log", str(room.id))

    # Signing in

    def sign_up(self, username: str, password: str = PASSWORD) -> None:
        """Create an account by hand and wait until one is signed in."""
        self.go("/sign-up")
        self.fill_form({"Username": username, "Email": f"{username}@example.org"}, password)
        self.button("Create account").click()
        self.expect_signed_in()

    def fill_form(self, values: dict[str, str], password: str) -> None:
        """Type into a form of the pages before the sign-in."""
        self.wait_alive()
        for name, value in values.items():
            self.textbox(name).fill(value)
        self.textbox("Password").fill(password)

    def try_sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Type name and password into the sign-in page that is open, and send them."""
        self.fill_form({"Username": username}, password)
        self.button("Sign in").click()

    def wait_alive(self) -> None:
        """Wait until the form on the page is more than a picture of itself."""
        alive = "form => Object.keys(form).some(key => key.startsWith('__reactProps'))"
        form = self.page.locator("form").first
        form.wait_for()
        self.page.wait_for_function(
            f"() => {{ const form = document.querySelector('form'); return ({alive})(form) }}"
        )

    def sign_out(self) -> None:
        """Use the menu at the foot of the side bar."""
        self.page.get_by_role("button", name="Account menu").click()
        self.page.get_by_role("menuitem", name="Sign out").click()

    def expect_signed_in(self) -> None:
        """Wait until a page shows who is signed in."""
        expect(self.page.get_by_role("button", name="Account menu")).to_be_visible()

    def expect_signed_out(self, timeout_ms: int = SOON_MS) -> None:
        """Wait until the sign-in page is there, and nothing else."""
        expect(self.button("Sign in")).to_be_visible(timeout=timeout_ms)
        expect(self.log).to_have_count(0)

    def session_token(self) -> str:
        """The session cookie's value."""
        cookies = self.page.context.cookies(self.desk.url)
        found = [each for each in cookies if each.get("name") == self.desk.cookie]
        assert found
        assert found[0].get("httpOnly") is True
        return str(found[0].get("value"))

    # Parts of the page

    def button(self, name: str) -> Locator:
        """The button of exactly that name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def textbox(self, name: str) -> Locator:
        """The text box of exactly that name."""
        return self.page.get_by_role("textbox", name=name, exact=True)

    def choose(self, item: str) -> None:
        """Take an item of the menu that is open."""
        self.page.get_by_role("menuitem", name=item).click()

    def open_info(self) -> None:
        """Open the info pane."""
        self.page.get_by_role("button", name="Room info, ").click()
        expect(self.info).to_be_visible()

    # Talking

    def say(self, text: str) -> None:
        """Type a message and send it."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def message(self, text: str) -> Locator:
        """The stored message that holds that text."""
        return self.messages.filter(has_text=text)

    def pending(self, text: str) -> Locator:
        """A message of one's own that is not stored yet."""
        return self.log.locator("article[data-pending-id]").filter(has_text=text)

    def act(self, text: str, action: str) -> None:
        """Press a button of the message with that text."""
        message = self.message(text)
        message.hover()
        message.get_by_role("button", name=action, exact=True).click()

    def act_more(self, text: str, action: str) -> None:
        """Press a button of the menu that "More" opens on the message with that text."""
        self.act(text, "More")
        self.message(text).get_by_role("button", name=action, exact=True).click()

    def expect_in_place(self) -> None:
        """Bars and panes are in the window, and no wheel can move them out of it."""
        assert self.page.evaluate(STRAYED) == ""

    def expect_message(self, text: str) -> None:
        """Wait until the message is stored and shown, once."""
        expect(self.message(text)).to_have_count(1)

    def expect_texts(self, texts: Sequence[str]) -> None:
        """Wait until exactly these messages are shown, in this order."""
        expect(self.messages.locator(".prose")).to_have_text(list(texts))

    def shown(self) -> list[dict[str, str]]:
        """Every message on the screen: its id, author and text."""
        return self.messages.evaluate_all(
            """all => all.map(article => ({
                id: article.dataset.messageId,
                author: article.getAttribute('aria-label').split(' at ')[0],
                text: article.querySelector('.prose')?.innerText ?? '',
            }))"""
        )

    # Reading

    def scroll(self, pixels: int) -> None:
        """Scroll the messages, upwards if `pixels` is negative."""
        self.log.evaluate("(log, pixels) => { log.scrollTop += pixels }", pixels)

    def place(self) -> tuple[str, float]:
        """The first message that is visible, and how far below the log's edge it stands."""
        found = self.log.evaluate(
            """log => {
                const top = log.getBoundingClientRect().top;
                for (const each of log.querySelectorAll('article[data-message-id]')) {
                    const box = each.getBoundingClientRect();
                    if (box.bottom > top + 1) return [each.dataset.messageId, box.top - top];
                }
                return ['', 0];
            }"""
        )
        return str(found[0]), float(found[1])

    def expect_place(self, place: tuple[str, float]) -> None:
        """The line being read stands where it stood, to the pixel's rounding."""
        here = self.place()
        assert here[0] == place[0]
        assert abs(here[1] - place[1]) <= 2

    def is_at_bottom(self) -> bool:
        """Whether the newest message is on the screen."""
        script = "log => log.scrollHeight - log.clientHeight - log.scrollTop < 24"
        return bool(self.log.evaluate(script))

    def ids(self) -> list[int]:
        """The ids of the messages on the screen, in order."""
        return [int(each["id"]) for each in self.shown()]
