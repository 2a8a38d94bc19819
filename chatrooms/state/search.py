"""Search: the question is in the address, so a link to it works and going back shows it again."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from chatrooms.domain.errors import SearchTooBroad, VectorsUnavailable
from chatrooms.domain.search import MAX_QUERY_CHARS
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso, person_row
from chatrooms.services import search, search_meaning
from chatrooms.services.search_hits import SearchHit, SearchPage
from chatrooms.services.search_meaning import MeaningPage
from chatrooms.state import caller
from chatrooms.state.rows import HitRow, SegmentRow

_PAGE = 20
_MAX_SHOWN = 200
"""As many hits as a reconnect shows again."""


class SearchState(rx.State):
    """What was looked for and found."""

    query: str = ""
    order: str = "newest"
    """`newest`, `best` or `meaning`."""
    where: str = ""
    """Of a search by meaning: in which rooms it looked."""
    hits: list[HitRow] = []
    has_more: bool = False
    is_loaded: bool = False
    error: str = ""
    _last_hit: tuple[Any, int] | None = None

    @rx.event
    def ask(self, form: dict[str, Any]):
        """Go to the page of what was typed into the search field."""
        query = caller.text(form, "q").strip()[:MAX_QUERY_CHARS]
        return rx.redirect(_path(query, order=self.order))

    @rx.event
    def sort(self, order: str):
        """Answer the same question in another way."""
        return rx.redirect(_path(self.query, order=_order(order)))

    @rx.event
    async def load(self):
        """Look for what the address asks. A reconnect shows as many hits as were there."""
        asked = self.router.url.query_parameters
        query, order = asked.get("q", "")[:MAX_QUERY_CHARS], _order(asked.get("sort"))
        count = len(self.hits)
        if (query, order) != (self.query, self.order):
            self.query, self.order = query, order
            self.hits, self.is_loaded, self.has_more, count = [], False, False, 0
            yield
        page = await _find(self, limit=max(_PAGE, min(count, _MAX_SHOWN)))
        self.hits = [_row(hit) for hit in page.hits]
        _note(self, page)
        self.is_loaded = True

    @rx.event
    async def load_more(self):
        """Add the next page."""
        page = await _find(self, after=self._last_hit, offset=len(self.hits))
        known = {row.message_id for row in self.hits}
        self.hits = self.hits + [_row(h) for h in page.hits if h.message_id not in known]
        _note(self, page)


def _order(name: object) -> str:
    return next((each for each in ("best", "meaning") if each == name), "newest")


def _path(query: str, *, order: str) -> str:
    wanted = ({"q": query} if query else {}) | ({"sort": order} if order != "newest" else {})
    return f"/search?{urlencode(wanted)}" if wanted else "/search"


async def _find(state: SearchState, *, limit: int = _PAGE, **place: Any) -> SearchPage:
    state.error = state.where = ""
    asked = {"actor_id": await caller.actor_id(state), "query": state.query, "limit": limit}
    try:
        if state.order == "meaning":
            return await _find_by_meaning(state, offset=place.get("offset", 0), **asked)
        order = "best" if state.order == "best" else "newest"
        return await off_loop(search.search_messages, caller.deps(), **asked, order=order, **place)
    except VectorsUnavailable as error:
        state.error = f"{error} Newest and Best look for words, and still work."
    except SearchTooBroad as error:
        state.error = str(error)
    return SearchPage()


async def _find_by_meaning(state: SearchState, **asked: Any) -> SearchPage:
    page = await off_loop(search_meaning.search_by_meaning, caller.deps(), **asked)
    state.where = _where(page)
    return page.found


def _where(page: MeaningPage) -> str:
    rooms = "1 room" if page.rooms_asked == 1 else f"{page.rooms_asked} rooms"
    if page.rooms_left:
        return (
            f"Looked in the {rooms} of yours in which something was said last, not in"
            f" {page.rooms_left} more. Name others with in:"
        )
    if page.rooms_asked:
        return f"Looked in {rooms} that you joined or named with in:"
    return "Looked in no room: join some, or name public ones with in:"


def _note(state: SearchState, page: SearchPage) -> None:
    state.has_more = page.has_more
    if page.hits:
        state._last_hit = (page.hits[-1].sent_at, page.hits[-1].message_id)


def _row(hit: SearchHit) -> HitRow:
    return HitRow(
        message_id=hit.message_id,
        path=f"/rooms/{hit.room_slug}?message={hit.message_id}",
        room_name=hit.room_name,
        is_private=hit.is_private,
        in_thread=hit.in_thread,
        author=person_row(hit.author),
        sent_at=iso(hit.sent_at),
        snippet=[SegmentRow(each.text, each.is_marked) for each in hit.snippet],
    )
