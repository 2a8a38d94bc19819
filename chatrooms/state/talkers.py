"""Who talks in the room of this address: searched and paged on the server."""

import reflex as rx

from chatrooms.domain.errors import InvalidInput, NotAllowed, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import person_row
from chatrooms.services.statistics import talkers
from chatrooms.services.statistics.talkers import Talker
from chatrooms.state import caller, screens
from chatrooms.state.rows import TalkerRow

_PAGE = 20


class TalkersState(rx.State):
    """One page of the people."""

    rows: list[TalkerRow] = []
    query: str = ""
    offset: int = 0
    total: int = 0
    until: int = 0
    """The number of the last one shown."""
    _slug: str = ""
    _days: int = 30
    _zone: str = "UTC"

    @rx.event
    async def load(self, days: int, zone: str):
        """Read the first page for these days."""
        if (slug := screens.slug_of(self)) != self._slug:
            self.query, self._slug = "", slug
        self._days, self._zone = caller.number(days), zone if isinstance(zone, str) else "UTC"
        self.offset = 0
        await _read(self)

    @rx.event
    async def search(self, query: str):
        """Show those whose name holds what was typed."""
        self.query, self.offset = query[:100] if isinstance(query, str) else "", 0
        await _read(self)

    @rx.event
    async def turn(self, by: int):
        """Show the next page (1) or the one before (-1)."""
        step = max(-1, min(1, caller.number(by)))
        if step > 0 and self.until >= self.total:
            return
        self.offset = max(0, self.offset + step * _PAGE)
        await _read(self)


async def _read(state: TalkersState) -> None:
    try:
        access = await screens.look_up(state, screens.slug_of(state))
        found = await off_loop(
            talkers.list_talkers,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            days=state._days,
            zone=state._zone,
            query=state.query,
            offset=state.offset,
            limit=_PAGE,
        )
    except (RoomUnavailable, NotAllowed, InvalidInput):
        # The page says so.
        caller.put(state, rows=[], total=0, until=0)
        return
    state.rows = [_row(each) for each in found.talkers]
    state.total, state.until = found.total, state.offset + len(found.talkers)


def _row(each: Talker) -> TalkerRow:
    return TalkerRow(
        person=person_row(each.person),
        role=each.role.value if each.role else "left",
        messages=each.messages,
        score=each.score,
    )
