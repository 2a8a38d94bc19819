"""The open room as one person uses it: rights, the message being written, pages of the past."""

import contextlib
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotAllowed, RoomUnavailable
from chatrooms.domain.events import Message
from chatrooms.live.offload import off_loop
from chatrooms.live.tab import NO_LINE, Line
from chatrooms.services import join_requests, members, messages, typing_notices
from chatrooms.state import caller, on_screen, pane, past_screens, screens, thread_screens
from chatrooms.state.assistant import AssistantState
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.marks import MarksState
from chatrooms.state.outbox import tell_unheard
from chatrooms.state.past_screens import Shown
from chatrooms.state.pins import PinsState
from chatrooms.state.rows import RightsRow
from chatrooms.state.standing import StandingState, held_edit
from chatrooms.state.thread import ThreadState, open_thread

_BESIDE = (
    ThreadState.restore,
    AssistantState.restore,
    CatchUpState.restore,
    PinsState.load,
    MarksState.load,
    StandingState.load,
)
"""What loads the rest of a room that was just shown."""


class RoomState(rx.State):
    """What one tab does in the open room."""

    status: str = ""
    rights: RightsRow = RightsRow()
    reply_to_id: int = 0
    reply_to_author: str = ""
    reply_to_text: str = ""
    editing_id: int = 0
    editing_body: str = ""
    edit_error: str = ""
    target_id: int = 0
    has_asked: bool = False
    _slug: str = ""
    _room_id: int = 0
    _permalink: int = 0
    """The message of the address that was jumped to: a reconnect must not jump there again."""
    _thread_link: int = 0
    """The thread of the address that was opened, for the same reason."""
    _shown: Shown = Shown()
    _line: Line = NO_LINE

    @rx.event
    async def open_room(self):
        """Show the room of this address, or that it cannot be shown. Runs at every (re)connect
        and whenever the person's access may have changed."""
        asked = self.router.url.query_parameters
        target, thread_id = (caller.number(asked.get(name, 0)) for name in ("message", "thread"))
        previous, slug = self._room_id, screens.slug_of(self)
        if slug != self._slug:
            self._slug, self.has_asked = slug, False
        try:
            access, shown, line = await screens.open_room(
                self, slug, self._shown, self._line, lands=not target
            )
        except RoomUnavailable:
            _close(self, "unavailable")
            screens.blank(self)
            await pane.leave_room(self)
            return None
        if previous != access.room_id:
            _close(self, "open")
            self._room_id = access.room_id
        self._shown, self._line = shown, line
        self.status, self.rights = "open", screens.rights_row(access)
        if target and target != self._permalink:
            self._permalink = target
            await _jump(self, target)
        if thread_id and thread_id != self._thread_link:
            self._thread_link = thread_id
            await open_thread(self, thread_id)
        return list(_BESIDE)

    @rx.event
    async def leave_page(self):
        """The tab went to a page without a room: the next room is entered anew."""
        if self._room_id:
            _close(self, "")
            screens.blank(self)
            await pane.leave_room(self)

    @rx.event
    async def refresh(self):
        """Learn anew what the person may do here; a room that was closed to them may have opened.
        Losing the room is announced on its own."""
        if self.status == "unavailable":
            return RoomState.open_room
        if self._room_id:
            with contextlib.suppress(RoomUnavailable):
                access = await screens.look_up(self, screens.slug_of(self))
                self.rights = screens.rights_row(access)
                screens.note_rights(self, access)
        return None

    @rx.event
    async def start_quote(self, message_id: int):
        """Answer a message in the timeline: it is quoted above the composer."""
        message = await _find(self, message_id)
        self.reply_to_id, self.reply_to_author = message.id, message.author.name
        self.reply_to_text = on_screen.excerpt_of(message)

    @rx.event
    def cancel_quote(self):
        """Quote nothing."""
        _stop_quoting(self)

    @rx.event
    async def start_edit(self, message_id: int):
        """Put one's own message into an editor."""
        message = await _find_own(self, message_id)
        self.editing_id, self.edit_error = message.id, ""
        self.editing_body = await held_edit(self, message.id) or message.body

    @rx.event
    def cancel_edit(self):
        """Close the editor and leave the message as it was."""
        self.editing_id, self.editing_body, self.edit_error = 0, "", ""

    @rx.event
    async def save_edit(self, form: dict[str, Any]):
        """Store the edited text, or say in the editor why not."""
        body = caller.text(form, "body")
        try:
            await off_loop(
                messages.edit_message,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=self._room_id,
                message_id=self.editing_id,
                body=body,
            )
        except ChatError as error:
            self.editing_body, self.edit_error = body[:20_000], str(error)
            return
        edited, self.editing_id = self.editing_id, 0
        self.editing_body = self.edit_error = ""
        await tell_unheard(self, room_id=self._room_id, message_id=edited, body=body)

    @rx.event
    async def delete(self, message_id: int):
        """Take back one's own message."""
        await off_loop(
            messages.delete_message,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=self._room_id,
            message_id=caller.number(message_id),
        )

    @rx.event
    def hold_place(self):
        """The person scrolled up: keep the lines being read, however much is said meanwhile."""
        self._shown = past_screens.hold_place(self)

    @rx.event
    async def load_older(self):
        """Show the page before the first message shown."""
        self._shown = await past_screens.load_older(self, self._room_id)
        return MarksState.load

    @rx.event
    async def load_newer(self):
        """In the past, show the page after the last message shown."""
        self._shown = await past_screens.load_newer(self, self._room_id)
        return MarksState.load

    @rx.event
    async def jump_to(self, message_id: int):
        """Show the room around one message."""
        await _jump(self, caller.number(message_id))
        return MarksState.load

    @rx.event
    def jump_to_latest(self):
        """Leave the past."""
        self.target_id, self._shown = 0, Shown()
        past_screens.show_latest(self)

    @rx.event
    async def notify_typing(self):
        """Tell the room that the person types."""
        await off_loop(
            typing_notices.announce_typing,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=self._room_id,
        )

    @rx.event
    async def join(self):
        """Become a member of the open room."""
        await off_loop(
            members.join_room,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=self._room_id,
        )

    @rx.event
    async def leave(self):
        """Stop being a member and go home."""
        await off_loop(
            members.leave_room,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=self._room_id,
        )
        return rx.redirect("/")

    @rx.event
    async def request_to_join(self):
        """Ask to be let into the room of this address, if there is one."""
        await off_loop(
            join_requests.request_to_join,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            slug=screens.slug_of(self),
        )
        self.has_asked = True


def _close(state: RoomState, status: str) -> None:
    state.status = status
    if status != "open":
        state.rights = RightsRow()
    state.target_id = state._room_id = state._permalink = state._thread_link = 0
    state.editing_id, state.editing_body, state.edit_error = 0, "", ""
    state._shown, state._line = Shown(), NO_LINE
    _stop_quoting(state)


def show_line(state: RoomState, line: Line) -> None:
    """Have what is new begin elsewhere in the open room, also after a reconnect."""
    if line.room_id == state._room_id:
        state._line = line
        screens.show_line(state, line)


def _stop_quoting(state: RoomState) -> None:
    state.reply_to_id, state.reply_to_author, state.reply_to_text = 0, "", ""


async def _jump(state: RoomState, message_id: int) -> None:
    """Show the room around a message; for a reply around the one whose thread it is, with the
    thread beside it."""
    place = await thread_screens.place_of(state, message_id)
    state._shown = await past_screens.show_around(state, state._room_id, place.root_id)
    state.target_id = place.root_id
    if place.is_reply:
        await open_thread(state, message_id)


async def _find_own(state: RoomState, message_id: Any) -> Message:
    message = await _find(state, message_id)
    if message.author.id != await caller.actor_id(state):
        raise NotAllowed("You can only change your own messages.")
    return message


async def _find(state: RoomState, message_id: Any) -> Message:
    return await on_screen.find_message(state, state._room_id, caller.number(message_id))
