"""The person's own messages in the open room that others do not see."""

from dataclasses import replace
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, RoomUnavailable
from chatrooms.domain.events import Message
from chatrooms.domain.moderation import Status
from chatrooms.live.message_rows import GROUP_GAP, file_row
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.live.rows import iso
from chatrooms.services.moderation import appeals, standing
from chatrooms.services.moderation.standing import Standing
from chatrooms.state import caller, on_screen
from chatrooms.state.case_rows import choice_rows, segments
from chatrooms.state.rows import StandingRow

_STATUS = {
    Status.PENDING: "Checking...",
    Status.FLAGGED: "Waits for a moderator",
    Status.APPROVED: "Waits for a moderator",
    Status.REMOVED: "Removed by moderation",
}


class StandingState(rx.State):
    """What became of own messages that moderation keeps back, or has not looked at yet."""

    rows: list[StandingRow] = []
    appealing_id: int = 0
    """The message whose appeal is being written."""
    error: str = ""
    _room_id: int = 0
    """Where the rows are from; 0 without any."""

    @rx.event
    async def load(self):
        """Read them; asked for again whenever moderation decides about one of them."""
        try:
            tab, room = on_screen.screen(self)
            # What is published while this reads has it read again.
            tab.shows_held = True
            found = await off_loop(
                standing.list_own,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
            )
            rows = _rows(room, found)
            if room.room_id == self._room_id:
                rows += await _published(self, room, rows)
                rows += await _edited(self, room, rows)
            caller.put(self, rows=rows, _room_id=room.room_id if rows else 0)
            tab.shows_held = any(row.is_held for row in rows)
        except RoomUnavailable:
            # The room's own page says so.
            caller.put(self, rows=[], _room_id=0)

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
    own = await state.get_state(StandingState)
    return next((r.body for r in own.rows if r.is_edit and r.message_id == message_id), "")


async def _published(
    state: StandingState, room: LiveRoom, rows: list[StandingRow]
) -> list[StandingRow]:
    """Those that were held a moment ago and have their place now: they stay where they are until
    the room shows that place, so that they are never off the screen."""
    known = {row.message_id for row in rows}
    left = {r.message_id: r for r in state.rows if r.is_held and r.message_id not in known}
    if not left:
        return []
    places = await off_loop(
        standing.find_places,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        message_ids=list(left),
    )
    return [
        replace(row, position=place)
        for id_, row in left.items()
        if (place := places.get(id_, 0)) and not _is_shown(room, place)
    ]


def _is_shown(room: LiveRoom, position: int) -> bool:
    """Whether the tabs of a room were sent what stands there."""
    return position <= room.view.seq and not room.unsent


async def _edited(
    state: StandingState, room: LiveRoom, rows: list[StandingRow]
) -> list[StandingRow]:
    """Those whose edit was published a moment ago: they show it until the room does."""
    known = {row.message_id for row in rows}
    seen = {message.id: message.body for message in room.view.messages}
    left = {
        row.message_id: row
        for row in state.rows
        if row.is_edit and row.message_id not in known and seen.get(row.message_id) != row.body
    }
    if not left:
        return []
    texts = await off_loop(
        standing.find_texts,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        message_ids=list(left),
    )
    return [row for id_, row in left.items() if texts.get(id_) == row.body]


def _rows(room: LiveRoom, found: list[Standing]) -> list[StandingRow]:
    last: dict[int, Standing] = {}
    rows: list[StandingRow] = []
    for each in found:
        place = each.thread_id or 0
        previous = last.get(place)
        row = _row(each)
        if each.is_held:
            above = previous or _newest(room, place)
            is_near = above is not None and each.sent_at - above.sent_at <= GROUP_GAP
            row = replace(row, is_first=previous is None, is_head=not is_near)
            last[place] = each
        rows.append(row)
    return rows


def _newest(room: LiveRoom, thread_id: int) -> Message | None:
    if not thread_id:
        return room.view.messages[-1] if room.view.messages else None
    thread = room.threads.get(thread_id)
    return thread.replies[-1] if thread is not None and thread.replies else None


def _row(each: Standing) -> StandingRow:
    return StandingRow(
        message_id=each.message_id,
        client_id=each.client_id,
        thread_id=each.thread_id or 0,
        body=each.body,
        segments=segments(each.body, each.marks),
        choices=choice_rows(each.choices),
        files=[file_row(file) for file in each.files],
        sent_at=iso(each.sent_at),
        is_held=each.is_held,
        is_edit=each.is_edit,
        is_checking=(each.is_held or each.is_edit) and each.status is Status.PENDING,
        status=_STATUS[each.status],
        why=_why(each),
        answer=_answer(each),
        can_appeal=each.removal_id is not None and not each.is_appealed,
    )


def _why(each: Standing) -> str:
    if each.rule:
        return f"The rule \u201c{each.rule}\u201d fits it."
    if each.reason:
        return f"A moderator\u2019s reason: {each.reason}"
    return f"The model\u2019s score is {each.band}." if each.band else ""


def _answer(each: Standing) -> str:
    if each.is_denied:
        reason = f": {each.answer}" if each.answer else "."
        return f"You appealed. The removal stands{reason}"
    return "You appealed. A moderator will look at it." if each.is_appealed else ""
