"""Search: the question is in the address, so a link to it works and going back shows it again."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from chatrooms.domain.errors import SearchTooBroad
from chatrooms.domain.search import MAX_QUERY_CHARS
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso, person_row
from chatrooms.services import search
from chatrooms.services.search import SearchHit, SearchPage
from chatrooms.state import caller
from chatrooms.state.rows import HitRow, SegmentRow

_PAGE = 20
_MAX_SHOWN = 200
"""As many hits as a reconnect shows again."""


class SearchState(rx.State):
    """What was looked for and found."""

    query: str = ""
    is_best: bool = False
    hits: list[HitRow] = []
    has_more: bool = False
    is_loaded: bool = False
    error: str = ""
    _last_hit: tuple[Any, int] | None = None

    @rx.event
    def ask(self, form: dict[str, Any]):
        """Go to the page of what was typed into the search field."""
        query = caller.text(form, "q").strip()[:MAX_QUERY_CHARS]
        return rx.redirect(_path(query, is_best=self.is_best))

    @rx.event
    def sort(self, is_best: bool):
        """Show the same question's hits in the other order."""
        return rx.redirect(_path(self.query, is_best=bool(is_best)))

    @rx.event
    async def load(self):
        """Look for what the address asks. A reconnect shows as many hits as were there."""
        asked = self.router.url.query_parameters
        query, is_best = asked.get("q", "")[:MAX_QUERY_CHARS], asked.get("sort") == "best"
        count = len(self.hits)
        if (query, is_best) != (self.query, self.is_best):
            self.query, self.is_best = query, is_best
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


def _path(query: str, *, is_best: bool) -> str:
    wanted = ({"q": query} if query else {}) | ({"sort": "best"} if is_best else {})
    return f"/search?{urlencode(wanted)}" if wanted else "/search"


async def _find(state: SearchState, *, limit: int = _PAGE, **place: Any) -> SearchPage:
    state.error = ""
    try:
        return await off_loop(
            search.search_messages,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            query=state.query,
            order="best" if state.is_best else "newest",
            limit=limit,
            **place,
        )
    except SearchTooBroad as error:
        state.error = str(error)
        return SearchPage()


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
