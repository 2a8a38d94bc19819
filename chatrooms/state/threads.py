"""The threads that the person follows, over all rooms."""

import reflex as rx

from chatrooms.live.message_rows import thread_row
from chatrooms.live.offload import off_loop
from chatrooms.services import followed_threads
from chatrooms.services.followed_threads import FollowedThread
from chatrooms.state import caller, pane
from chatrooms.state.rows import ThreadLinkRow

_PAGE = 30


class ThreadsState(rx.State):
    """The list of followed threads, and how many of them hold unread replies."""

    unread_count: int = 0
    threads: list[ThreadLinkRow] = []
    has_more: bool = False
    is_loaded: bool = False

    @rx.event
    async def show(self):
        """Open the pane that lists the threads."""
        await pane.switch(self, "threads")
        await _read(self, count=_PAGE)

    @rx.event
    async def refresh(self):
        """Count anew, and read the list anew if it is on the screen; asked for whenever the
        person is told something or has read something."""
        if await pane.shown(self) == "threads":
            await _read(self, count=max(len(self.threads), _PAGE))
        self.unread_count = await off_loop(
            followed_threads.count_unread,
            caller.deps(),
            actor_id=await caller.actor_id(self),
        )

    @rx.event
    async def load_more(self):
        """List the next page too."""
        await _read(self, count=len(self.threads) + _PAGE)


async def _read(state: ThreadsState, *, count: int) -> None:
    found = await off_loop(
        followed_threads.list_threads,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        limit=count + 1,
    )
    state.threads = [_row(each) for each in found[:count]]
    state.has_more, state.is_loaded = len(found) > count, True


def _row(thread: FollowedThread) -> ThreadLinkRow:
    return ThreadLinkRow(
        id=thread.root_id,
        room_id=thread.room_id,
        room_slug=thread.room_slug,
        room_name=thread.room_name,
        author=thread.author_name,
        text=thread.excerpt,
        thread=thread_row(thread.summary),
        is_unread=thread.is_unread,
    )
