"""What the agent's outputs led to in a room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.agent import IDEAS
from chatrooms.domain.agent_effect import DAYS_BEFORE, Compared, compare
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.agent.outputs import ANSWERS

PERIOD = timedelta(days=90)
"""Over how long it is told."""
_POSTED = text(f"""
    SELECT o.kind, o.posted_at, {ANSWERS} FROM agent_outputs o
    WHERE o.room_id = :room AND o.status = 'posted' AND o.posted_at > :since
    ORDER BY o.posted_at
""")
_TALK = text("""
    SELECT array_agg(m.sent_at ORDER BY m.sent_at) AS talk,
        (SELECT created_at FROM rooms WHERE id = :room) AS created_at
    FROM messages m JOIN accounts a ON a.id = m.author_id
    WHERE m.room_id = :room AND m.sent_at > :since AND m.position IS NOT NULL
        AND m.deleted_at IS NULL AND a.kind = 'person'
""")


@dataclass(frozen=True, slots=True)
class Effect:
    """What outputs of one kind led to."""

    kind: str
    """Of `domain.agent.IDEAS`."""
    shown: int
    """How many were posted."""
    replies: int
    """By people, in their threads or quoting them."""
    votes: int
    """People who voted in their polls, votes on the messages, and reactions."""
    compared: int
    """How many of them `after` and `usual` tell of: their two hours are over, and there was a day
    to compare with."""
    after: float | None
    """Messages of people in the two hours after one, on average; None if none can be compared."""
    usual: float | None
    """Messages of people that are usual in those hours, on average; None as well."""


def get_effect(deps: Deps, *, actor_id: int, room_id: int) -> list[Effect]:
    """What the agent's outputs of the last 90 days led to, per kind of which there were any. For
    moderators of the room.

    `usual` is, for each output, the mean number of messages that people wrote in the same two hours
    of the 28 days before it, without the days in whose two hours the agent posted something, or on
    which the room was not there yet (`domain.agent_effect.compare`).
    Raises: as `access_room`.
    """
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        earliest = now - PERIOD - timedelta(days=DAYS_BEFORE)
        asked = {"room": access.room_id, "since": earliest}
        posted: Sequence[Any] = tx.execute(_POSTED, asked).all()
        if not posted:
            return []
        row: Any = tx.execute(_TALK, asked).one()
    talk: list[datetime] = row.talk or []
    # Imported rooms hold what was said before they were made.
    begun: datetime = row.created_at
    since = min([begun, *talk[:1]])
    moments: list[datetime] = [each.posted_at for each in posted]
    counted = [each for each in posted if each.posted_at > now - PERIOD]
    compared = {
        each.posted_at: compare(each.posted_at, talk=talk, outputs=moments, since=since, now=now)
        for each in counted
    }
    found = [
        _effect(kind, [each for each in counted if each.kind == kind], compared) for kind in IDEAS
    ]
    return [each for each in found if each.shown]


def _effect(kind: str, posted: Sequence[Any], compared: Mapping[Any, Compared | None]) -> Effect:
    known = [found for each in posted if (found := compared[each.posted_at]) is not None]
    return Effect(
        kind=kind,
        shown=len(posted),
        replies=sum(each.replies for each in posted),
        votes=sum(each.votes for each in posted),
        compared=len(known),
        after=fmean(each.after for each in known) if known else None,
        usual=fmean(each.usual for each in known) if known else None,
    )
