"""The thread beside the open room, as one person uses it."""

import contextlib

import reflex as rx

from chatrooms.domain.errors import MessageUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services import threads
from chatrooms.services.agent import topics
from chatrooms.state import caller, on_screen, pane, thread_screens
from chatrooms.state.drafts import show_reply_draft
from chatrooms.state.marks import MarksState


class ThreadState(rx.State):
    """Which thread the tab has open. What it shows is in `LiveState`."""

    target_id: int = 0
    """The reply that was jumped to."""
    quote_id: int = 0
    quote_author: str = ""
    quote_text: str = ""
    _root_id: int = 0
    _room_id: int = 0
    _first: int = 0
    """Position from which on older replies are shown; 0 if none were loaded."""

    @rx.event
    async def open(self, message_id: int):
        """Open the thread of a message, or the one that the message is a reply in."""
        await open_thread(self, caller.number(message_id))
        return MarksState.load

    @rx.event
    async def start_topic(self, message_id: int):
        """Make a topic that the room's agent suggested a thread, and open it."""
        number = caller.number(message_id)
        _, room = on_screen.screen(self)
        await off_loop(
            topics.start_topic,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room.room_id,
            message_id=number,
        )
        await open_thread(self, number)
        return MarksState.load

    @rx.event
    async def restore(self):
        """After the room was shown anew, show its thread anew; that of another room is closed."""
        if await pane.shown(self) != "thread":
            return None
        _, room = on_screen.screen(self)
        if self._room_id != room.room_id:
            await pane.switch(self, "")
            return None
        if thread_screens.has_open(self, self._root_id):
            return None
        with contextlib.suppress(MessageUnavailable):
            await thread_screens.show(self, self._root_id, first=self._first)
            await show_reply_draft(self, room_id=room.room_id, thread_id=self._root_id)
            return MarksState.load
        await pane.switch(self, "")
        return None

    @rx.event
    async def load_older(self):
        """Show the page before the first reply shown."""
        self._first = await thread_screens.load_older(self)
        return MarksState.load

    @rx.event
    async def load_newer(self):
        """Deep in the thread, show the page after the last reply shown."""
        self._first = await thread_screens.load_newer(self)
        return MarksState.load

    @rx.event
    def show_latest(self):
        """Show the newest replies."""
        self.target_id = self._first = 0
        thread_screens.show_latest(self)
        return MarksState.load

    @rx.event
    async def notify_typing(self):
        """Tell those who read the thread that the person types in it."""
        await thread_screens.announce_typing(self)

    @rx.event
    async def start_quote(self, message_id: int):
        """Answer a message in the thread: it is quoted above the reply box."""
        message = await on_screen.find_message(self, self._room_id, caller.number(message_id))
        self.quote_id, self.quote_author = message.id, message.author.name
        self.quote_text = on_screen.excerpt_of(message)

    @rx.event
    def cancel_quote(self):
        """Quote nothing in the thread."""
        _stop_quoting(self)

    @rx.event
    async def note_read(self):
        """The person sees the newest reply."""
        await thread_screens.mark_read(self)

    @rx.event
    async def set_following(self, is_following: bool):
        """Hear of replies in the open thread from now on, or no more."""
        _, room = on_screen.screen(self)
        await off_loop(
            threads.set_following,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room.room_id,
            thread_id=self._root_id,
            is_following=bool(is_following),
        )


async def open_thread(state: rx.State, message_id: int) -> int:
    """Open the thread that a message of the open room is in, and show the message if it is a
    reply; returns the thread's root. Raises: MessageUnavailable, RoomUnavailable."""
    place = await thread_screens.place_of(state, message_id)
    _, room = on_screen.screen(state)
    thread = await state.get_state(ThreadState)
    first = place.position if place.is_reply else 0
    await thread_screens.show(state, place.root_id, first=first)
    thread.target_id = message_id if place.is_reply else 0
    if thread._root_id != place.root_id:
        _stop_quoting(thread)
    thread._root_id, thread._room_id, thread._first = place.root_id, room.room_id, first
    await show_reply_draft(state, room_id=room.room_id, thread_id=place.root_id)
    await pane.switch(state, "thread")
    return place.root_id


def _stop_quoting(thread: ThreadState) -> None:
    thread.quote_id, thread.quote_author, thread.quote_text = 0, "", ""
