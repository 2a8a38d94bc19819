"""The pane "Room assistant": what one person asked in the open room, and what was answered. What is
being written meanwhile is in `AnswerState`."""

from typing import Any

import reflex as rx

from chatrooms.domain.assistant import Kind, Outcome
from chatrooms.domain.errors import ChatError, NotSignedIn, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services.ai import greeting, turns
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.assistant_rows import turn_row
from chatrooms.state.rows import TurnRow

_PAGE = 20


class AssistantState(rx.State):
    """The conversation of one person with the assistant in one room."""

    room_id: int = 0
    """The room whose conversation this is."""
    turns: list[TurnRow] = []
    running_id: int = 0
    """The turn that is being written; 0 if none is."""
    has_more: bool = False
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
        if await _is_shown(self):
            await _read(self, count=max(len(self.turns), _PAGE))

    @rx.event
    async def greet(self):
        """Greet anew, if it is on the screen: what the greeting tells of the room changed."""
        if await _is_shown(self):
            await _greet(self)

    @rx.event
    async def load_more(self):
        """Show earlier questions too."""
        await _read(self, count=len(self.turns) + _PAGE)

    @rx.event
    async def ask(self, form: dict[str, Any]):
        """Ask in the open room, or say at the box why that cannot be."""
        client_id = caller.text(form, "client_id")
        self.error = self.refused_id = ""
        try:
            await off_loop(
                turns.ask,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=_room_id(self),
                client_id=client_id,
                question=caller.text(form, "question"),
            )
        except NotSignedIn:
            raise
        except ChatError as error:
            self.error, self.refused_id = str(error), client_id[:64]
            return
        await _read(self, count=max(len(self.turns), _PAGE))

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
        await _change(self, turns.clear_turns)


def _room_id(state: rx.State) -> int:
    """The room that the caller's tab shows. Raises: SocketGone, RoomUnavailable."""
    return on_screen.screen(state)[1].room_id


async def _is_shown(state: AssistantState) -> bool:
    room_id, _ = on_screen.message_ids(state)
    return room_id == state.room_id != 0 and await pane.shown(state) == "assistant"


async def _greet(state: AssistantState) -> None:
    deps = caller.deps()
    found = await off_loop(
        greeting.greet, deps, actor_id=await caller.actor_id(state), room_id=_room_id(state)
    )
    caller.put(
        state,
        greeting=f"Hello {found.person}.",
        news=found.news,
        model=deps.chat.name,
        is_built_in=deps.chat.is_built_in,
    )


async def _change(state: AssistantState, service: Any, **arguments: Any) -> None:
    state.error = state.refused_id = ""
    await off_loop(
        service,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=_room_id(state),
        **arguments,
    )
    await _read(state, count=max(len(state.turns), _PAGE))


async def _open(state: AssistantState) -> None:
    """Show the conversation in the caller's room, and what is written in it from now on."""
    try:
        room_id = _room_id(state)
    except RoomUnavailable:
        # The room's own page says so.
        _forget(state)
        return
    if state.room_id != room_id:
        _forget(state)
    await _greet(state)
    state.room_id = room_id
    # Before the conversation is read: what ends in between is heard of.
    tab, _ = on_screen.screen(state)
    caller.hub().answers.show(tab, Kind.QUESTION)
    await _read(state, count=max(len(state.turns), _PAGE))


async def _read(state: AssistantState, *, count: int) -> None:
    tab, room = on_screen.screen(state)
    found = await off_loop(
        turns.list_turns,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room.room_id,
        limit=count + 1,
    )
    running = [turn for turn in found if turn.outcome is Outcome.RUNNING]
    for turn in running:
        await caller.hub().answers.catch_up(tab, turn)
    caller.put(
        state,
        turns=[turn_row(turn, slug=room.view.facts.slug) for turn in found[-count:]],
        running_id=running[-1].id if running else 0,
        has_more=len(found) > count,
    )


def _forget(state: AssistantState) -> None:
    state.room_id = state.running_id = 0
    state.turns, state.has_more = [], False
    state.greeting = state.news = ""
    state.error = state.refused_id = ""
