"""Which one of its jobs the right side does: room info, a thread, pins and so on."""

import reflex as rx

from chatrooms.state import screens

OF_ASSISTANT = ("assistant", "catch_up")
"""Panes that show what the assistant is writing."""


class PaneState(rx.State):
    """The open pane at the right; one at a time."""

    name: str = ""
    """Empty while none is open; else `info`, `thread`, `threads`, `pins`, `saved`, `top`,
    `assistant`, `catch_up` or `agent`."""

    @rx.event
    async def close(self):
        """Close whatever is open."""
        await switch(self, "")


async def shown(state: rx.State) -> str:
    """The name of the pane that the caller's tab shows; empty if it shows none."""
    return (await state.get_state(PaneState)).name


async def switch(state: rx.State, name: str) -> None:
    """Have the caller's tab show this pane in place of the one before, or none.

    The hub is told what the tab needs no more: changes of members, a thread.
    """
    pane = await state.get_state(PaneState)
    pane.name = name
    screens.note_info(state, is_open=name == "info")
    screens.note_top(state, is_open=name == "top")
    if name != "thread":
        screens.close_thread(state)
    if name not in OF_ASSISTANT:
        screens.hide_answers(state)


async def leave_room(state: rx.State) -> None:
    """The tab shows no room any more: close what belongs to one."""
    if await shown(state) in ("info", "thread", "pins", "top", "agent", *OF_ASSISTANT):
        await switch(state, "")
