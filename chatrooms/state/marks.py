"""What the person put on the messages on the screen: votes, reactions, choices, saved
messages, followed threads."""

from typing import Any, TypeVar

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import marks, polls, reactions, votes
from chatrooms.state import caller, on_screen

V = TypeVar("V")


class MarksState(rx.State):
    """The person's own marks, by message id. Everybody's sums are in `LiveState`."""

    votes: dict[int, int] = {}
    reactions: dict[int, list[str]] = {}
    choices: dict[int, list[int]] = {}
    saved: list[int] = []
    follows: dict[int, int] = {}
    """The threads that the person follows, with the position up to which they are read."""

    @rx.event
    async def load(self):
        """Read the marks on what this tab shows; asked for again whenever another tab of the
        person changes one, and whenever the tab shows other messages."""
        room_id, message_ids = on_screen.message_ids(self)
        if not room_id:
            return
        found = await off_loop(
            marks.list_marks,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            message_ids=message_ids,
        )
        caller.put(
            self,
            votes=found.votes,
            reactions=found.reactions,
            choices=found.choices,
            saved=sorted(found.saved),
            follows=found.follows,
        )

    @rx.event
    async def vote(self, message_id: int, value: int):
        """Vote a message of the open room up (1) or down (-1), or take the vote back (0)."""
        number, room_id = caller.number(message_id), on_screen.message_ids(self)[0]
        await off_loop(
            votes.vote,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            message_id=number,
            value=value,
            from_sid=caller.socket_id(self),
        )
        self.votes = _with(self.votes, number, value)

    @rx.event
    async def react(self, message_id: int, emoji: str, is_on: bool):
        """Put an emoji on a message of the open room, or take it off."""
        number, room_id = caller.number(message_id), on_screen.message_ids(self)[0]
        symbol = await off_loop(
            reactions.react,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            message_id=number,
            emoji=emoji,
            is_on=is_on is True,
            from_sid=caller.socket_id(self),
        )
        others = [each for each in self.reactions.get(number, []) if each != symbol]
        own = [*others, symbol] if is_on is True else others
        self.reactions = _with(self.reactions, number, own)

    @rx.event
    async def choose(self, message_id: int, choice: int, is_chosen: bool):
        """Vote for a choice of a poll in the open room, or take that vote back."""
        number, room_id = caller.number(message_id), on_screen.message_ids(self)[0]
        own = await off_loop(
            polls.vote,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
            message_id=number,
            choice=choice,
            is_chosen=is_chosen is True,
            from_sid=caller.socket_id(self),
        )
        self.choices = _with(self.choices, number, own)

    @rx.event
    async def close_poll(self, message_id: int):
        """End a poll of the open room."""
        await off_loop(
            polls.close_poll,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=on_screen.message_ids(self)[0],
            message_id=caller.number(message_id),
        )


def _with(marks_by_id: dict[int, V], message_id: int, own: Any) -> dict[int, V]:
    """The marks with those on one message replaced, or gone if there are none."""
    others = {key: value for key, value in marks_by_id.items() if key != message_id}
    return others | {message_id: own} if own else others
