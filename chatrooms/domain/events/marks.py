"""What people put on messages: votes, reactions and votes in polls."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chatrooms.domain.events.part import Part
from chatrooms.domain.events.people import Named

MAX_NAMED = 10
"""How many people a reaction or a poll's choice names; the rest are counted."""


class Reaction(Part):
    """One emoji on a message."""

    emoji: str
    count: int
    first: tuple[Named, ...] = Field(description="Who reacted first, at most `MAX_NAMED`.")


class Tally(Part):
    """How a poll stands."""

    counts: tuple[int, ...] = Field(description="Votes of each choice.")
    voter_count: int = 0
    voters: tuple[tuple[Named, ...], ...] = Field(
        default=(),
        description="Who voted first for each choice, at most `MAX_NAMED`; empty if anonymous.",
    )


class Poll(Part):
    """A question with choices, shown as a card in its message."""

    question: str
    choices: tuple[str, ...]
    is_multiple: bool
    is_anonymous: bool
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    tally: Tally


class VoteChanged(Part):
    """Somebody voted a message up or down, or took the vote back."""

    kind: Literal["vote_changed"] = "vote_changed"
    message_id: int
    score: int


class ReactionsChanged(Part):
    """Somebody put an emoji on a message or took it off."""

    kind: Literal["reactions_changed"] = "reactions_changed"
    message_id: int
    reactions: tuple[Reaction, ...]


class PollVoted(Part):
    """Somebody voted in a poll, changed the vote or took it back."""

    kind: Literal["poll_voted"] = "poll_voted"
    message_id: int
    tally: Tally


class PollClosed(Part):
    """A poll takes no more votes."""

    kind: Literal["poll_closed"] = "poll_closed"
    message_id: int
    closed_at: datetime
