"""The pane "Room assistant": what one person asked in the open room, and what was answered. What is
being written meanwhile is in `AnswerState`."""

from typing import Any

import reflex as rx

from chatrooms.domain.assistant import Kind, Outcome
from chatrooms.domain.errors import ChatError, NotSignedIn
from chatrooms.services.ai import greeting, turns
from chatrooms.state import caller, own_turns, pane
from chatrooms.state.rows import TurnRow

_PAGE = 20
MAX_TURNS = 60
"""How many turns are shown at once: each answer may be long, and every change sends all of them."""


class AssistantState(rx.State):
    """The conversation of one person with the assistant in one room."""

    room_id: int = 0
    """The room whose conversation this is."""
    turns: list[TurnRow] = []
    running_id: int = 0
    """The turn that is being written; 0 if none is."""
    has_more: bool = False
    has_newer: bool = False
    """Whether the newest shown is not the newest there is."""
    _up_to: int = 0
    """The newest turn that is shown, once the person went back beyond what is shown at once; 0 to
    follow the conversation."""
    greeting: str = ""
    news: str = ""
    model: str = ""
    """The name of what answers."""
    is_built_in: bool = True
    error: str = ""
    """Why the last question was not taken."""
    refused_id: str = ""
    """The page's id of that question."""

    @rx.event
    async def show(self):
        """Open the pane."""
        await pane.switch(self, "assistant")
        await _open(self)

    @rx.event
    async def restore(self):
        """After the room was shown anew, or was lost: show what this room's conversation is."""
        if await pane.shown(self) == "assistant":
            await _open(self)
        elif self.room_id:
            _forget(self)

    @rx.event
    async def load(self):
        """Read the conversation anew, if it is on the screen."""
        if await own_turns.is_shown(self, "assistant"):
            await _read(self)

    @rx.event
    async def greet(self):
        """Greet anew, if it is on the screen: what the greeting tells of the room changed."""
        if await own_turns.is_shown(self, "assistant"):
            await _greet(self)

    @rx.event
    async def load_more(self):
        """Show earlier questions too; beyond `MAX_TURNS` in place of the newest that are shown."""
        kept = self.turns[: MAX_TURNS - _PAGE]
        if len(self.turns) > len(kept):
            self._up_to = kept[-1].id
        await _read(self, count=len(kept) + _PAGE)

    @rx.event
    async def show_newest(self):
        """Show the newest questions again."""
        await _read_newest(self)

    @rx.event
    async def ask(self, form: dict[str, Any]):
        """Ask in the open room, or say at the box why that cannot be."""
        client_id = caller.text(form, "client_id")
        self.error = self.refused_id = ""
        question = caller.text(form, "question")
        try:
            await own_turns.act(
                self,
                turns.ask,
                client_id=client_id,
                question=question,
                from_sid=caller.socket_id(self),
            )
        except NotSignedIn:
            raise
        except ChatError as error:
            self.error, self.refused_id = str(error), client_id[:64]
            return
        if self._up_to:
            await _read_newest(self)
        else:
            await _read(self)

    @rx.event
    async def stop(self, turn_id: int):
        """Have the assistant write no more of an answer."""
        await _change(self, turns.stop_turn, turn_id=caller.number(turn_id))

    @rx.event
    async def rate(self, turn_id: int, rating: int):
        """Keep that an answer is good, bad, or neither."""
        rated = rating if isinstance(rating, int) else 0
        await _change(self, turns.rate_turn, turn_id=caller.number(turn_id), rating=rated)

    @rx.event
    async def regenerate(self, turn_id: int):
        """Have a question answered anew."""
        await _change(self, turns.regenerate_turn, turn_id=caller.number(turn_id))

    @rx.event
    async def clear(self):
        """Erase the conversation."""
        self.error = self.refused_id = ""
        await own_turns.act(self, turns.clear_turns)
        await _read_newest(self)


async def _greet(state: AssistantState) -> None:
    found = await own_turns.act(state, greeting.greet)
    chat = caller.deps().chat
    caller.put(
        state,
        greeting=f"Hello {found.person}.",
        news=found.news,
        model=chat.name,
        is_built_in=chat.is_built_in,
    )


async def _change(state: AssistantState, service: Any, **arguments: Any) -> None:
    state.error = state.refused_id = ""
    await own_turns.act(state, service, **arguments)
    await _read(state)


async def _open(state: AssistantState) -> None:
    """Show the conversation in the caller's room, and what is written in it from now on."""
    room = own_turns.find_room(state)
    if room is None or room.room_id != state.room_id:
        _forget(state)
    if room is None:
        return
    await _greet(state)
    state.room_id = room.room_id
    own_turns.watch(state, Kind.QUESTION)
    await _read(state)


async def _read_newest(state: AssistantState) -> None:
    state._up_to = 0  # pyright: ignore[reportPrivateUsage]
    await _read(state, count=_PAGE)


async def _read(state: AssistantState, *, count: int = 0) -> None:
    """Read `count` turns, or as many as are shown."""
    count = count or min(max(len(state.turns), _PAGE), MAX_TURNS)
    up_to = state._up_to  # pyright: ignore[reportPrivateUsage]
    found = await own_turns.read(state, Kind.QUESTION, limit=count + 1, up_to=up_to)
    # Further back, too, it is told that one is being written: no other can be asked meanwhile.
    newest = await own_turns.read(state, Kind.QUESTION, limit=1) if up_to else []
    running = [turn.id for turn in (*found, *newest) if turn.outcome is Outcome.RUNNING]
    caller.put(
        state,
        turns=[own_turns.row_of(state, turn) for turn in found[-count:]],
        running_id=running[-1] if running else 0,
        has_more=len(found) > count,
        has_newer=up_to != 0,
    )


def _forget(state: AssistantState) -> None:
    caller.put(
        state,
        room_id=0,
        running_id=0,
        turns=[],
        has_more=False,
        has_newer=False,
        greeting="",
        news="",
        error="",
        refused_id="",
        _up_to=0,
    )
