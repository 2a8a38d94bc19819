"""The person's own messages in the open room that others do not see."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.services.moderation import appeals, standing
from chatrooms.state import caller, on_screen
from chatrooms.state.rows import StandingRow
from chatrooms.state.standing_rows import in_order, standing_row

_MAX_ROWS = 200
_NEWEST_KEPT = 4
"""Rows that stay among the newest when the rest of them join the earlier ones."""
_NEWEST_MAX = 12
"""Newest rows at which that happens."""


class StandingState(rx.State):
    """What became of own messages that moderation keeps back, or has not looked at yet."""

    earlier: list[StandingRow] = []
    """A long list, sent again only if one of them changes."""
    rows: list[StandingRow] = []
    """The newest, after those: short, for it is sent again with each change."""
    appealing_id: int = 0
    """The message whose appeal is being written."""
    error: str = ""
    _room_id: int = 0
    """Where the rows are from; 0 without any."""

    @rx.event
    async def load(self, message_ids: list[int] | None = None):
        """Read them, or anew only those with these ids: moderation decided about these."""
        try:
            tab, room = on_screen.screen(self)
            is_here = room.room_id == self._room_id
            asked = _ids(message_ids) if is_here else None
            # What is published while this reads has it read again.
            tab.held_ids = None
            found = await off_loop(
                standing.list_own,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
                message_ids=asked,
                limit=_MAX_ROWS,
            )
            rows = [standing_row(each) for each in found]
            if is_here:
                before = _all(self)
                rows += await _leaving(self, room, before, rows, asked)
                rows += _untouched(room, before, asked)
            rows = in_order(room, rows)[-_MAX_ROWS:]
            _show(self, rows, room_id=room.room_id if rows else 0)
            tab.held_ids = frozenset(row.message_id for row in rows if row.is_held)
        except RoomUnavailable:
            # The room's own page says so.
            _show(self, [], room_id=0)

    @rx.event
    def start_appeal(self, message_id: int):
        """Show the text box for an appeal."""
        self.appealing_id, self.error = caller.number(message_id), ""

    @rx.event
    def stop_appeal(self):
        """Close the text box."""
        self.appealing_id, self.error = 0, ""

    @rx.event
    async def send_appeal(self, form: dict[str, Any]):
        """Ask that somebody else looks at the removal, or say in the form why not."""
        try:
            await off_loop(
                appeals.appeal,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=self._room_id,
                message_id=self.appealing_id,
                text=caller.text(form, "appeal"),
            )
        except ChatError as error:
            self.error = str(error)
            return None
        self.appealing_id, self.error = 0, ""
        return StandingState.load


async def held_edit(state: rx.State, message_id: int) -> str:
    """What the person changed a message to that others see only once it is judged; empty if they
    see it."""
    rows = _all(await state.get_state(StandingState))
    return next((r.body for r in rows if r.is_edit and r.message_id == message_id), "")


def _ids(claimed: Any) -> set[int] | None:
    """Which messages are asked about; None for all."""
    if not isinstance(claimed, list) or len(claimed) > _MAX_ROWS:
        return None
    return {caller.number(each) for each in claimed}


def _all(state: StandingState) -> list[StandingRow]:
    """The rows as they are, without what Reflex wraps around them."""
    return [
        getattr(row, "__wrapped__", row) for rows in (state.earlier, state.rows) for row in rows
    ]


def _show(state: StandingState, rows: list[StandingRow], *, room_id: int) -> None:
    before = state.earlier[-1].message_id if state.earlier and room_id == state._room_id else 0
    count = sum(row.message_id <= before for row in rows)
    if len(rows) - count > _NEWEST_MAX:
        count = len(rows) - _NEWEST_KEPT
    caller.put(state, earlier=rows[:count], rows=rows[count:], _room_id=room_id)


def _untouched(
    room: LiveRoom, before: Sequence[StandingRow], asked: Collection[int] | None
) -> list[StandingRow]:
    """Those that were not asked about, without any that the room shows by now."""
    if asked is None:
        return []
    texts = {message.id: message.body for message in room.view.messages}
    return [
        row
        for row in before
        if row.message_id not in asked
        and not (row.position and _is_shown(room, row.position))
        and not (row.is_edit and texts.get(row.message_id) == row.body)
    ]


async def _leaving(
    state: StandingState,
    room: LiveRoom,
    before: Sequence[StandingRow],
    rows: Sequence[StandingRow],
    asked: Collection[int] | None,
) -> list[StandingRow]:
    """Those of the ones asked about that others see now, but not yet in the open room."""
    known = {row.message_id for row in rows}
    left = [
        row
        for row in before
        if row.message_id not in known and (asked is None or row.message_id in asked)
    ]
    published = await _published(state, room, [row for row in left if row.is_held])
    return published + await _edited(state, room, [row for row in left if row.is_edit])


async def _published(
    state: StandingState, room: LiveRoom, left: Sequence[StandingRow]
) -> list[StandingRow]:
    """Those that were held a moment ago and have their place now: they stay where they are until
    the room shows that place, so that they are never off the screen."""
    if not left:
        return []
    places = await off_loop(
        standing.find_places,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        message_ids=[row.message_id for row in left],
    )
    return [
        replace(row, position=place)
        for row in left
        if (place := places.get(row.message_id, 0)) and not _is_shown(room, place)
    ]


def _is_shown(room: LiveRoom, position: int) -> bool:
    """Whether the tabs of a room were sent what stands there."""
    return position <= room.view.seq and not room.unsent


async def _edited(
    state: StandingState, room: LiveRoom, left: Sequence[StandingRow]
) -> list[StandingRow]:
    """Those whose edit was published a moment ago: they show it until the room does."""
    seen = {message.id: message.body for message in room.view.messages}
    left = [row for row in left if seen.get(row.message_id) != row.body]
    if not left:
        return []
    texts = await off_loop(
        standing.find_texts,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        message_ids=[row.message_id for row in left],
    )
    return [row for row in left if texts.get(row.message_id) == row.body]
