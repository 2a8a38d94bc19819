"""What the agent put into a room before, and what that led to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from chatrooms.db.engine import Transaction
from chatrooms.domain.agent import Idea, OutputStatus, parse_idea
from chatrooms.domain.agent_observation import SeenOutput
from chatrooms.domain.agent_timing import Drew

REMEMBERED = 30
"""How many of its outputs an agent looks back at."""
_REFUSED = (OutputStatus.REJECTED, OutputStatus.EXPIRED)
ANSWERS = """
        (SELECT count(*) FROM messages r JOIN accounts a ON a.id = r.author_id
            WHERE (r.thread_id = o.message_id OR r.reply_to_id = o.message_id)
                AND a.kind = 'person' AND r.deleted_at IS NULL AND r.position IS NOT NULL
        ) AS replies,
        (SELECT count(DISTINCT v.account_id) FROM poll_votes v WHERE v.message_id = o.message_id)
            + (SELECT count(*) FROM message_votes v WHERE v.message_id = o.message_id)
            + (SELECT count(*) FROM reactions x WHERE x.message_id = o.message_id) AS votes
"""
"""What people did with the output `o`: replies; voters in its poll, votes and reactions."""
_NEWEST = text(f"""
    SELECT o.id, o.kind, o.idea, o.status, o.reason, o.created_at, o.posted_at, {ANSWERS}
    FROM agent_outputs o
    WHERE o.room_id = :room ORDER BY o.id DESC LIMIT :limit
""")
_DREW = text(f"""
    SELECT o.room_id, o.status, coalesce(o.posted_at, o.created_at) AS at, {ANSWERS}
    FROM unnest(CAST(:rooms AS bigint[])) AS asked (room_id), LATERAL (
        SELECT * FROM agent_outputs WHERE agent_outputs.room_id = asked.room_id
        ORDER BY id DESC LIMIT :limit
    ) o
    ORDER BY o.id DESC
""")


@dataclass(frozen=True, slots=True)
class PastOutput:
    """One output, and what it led to."""

    kind: str
    """Of `domain.agent.IDEAS`."""
    idea: Idea
    status: OutputStatus
    reason: str
    at: datetime
    """When it was posted; when it was proposed if it never was."""
    replies: int
    votes: int
    """People who voted in its poll, votes on the message, and reactions."""

    @property
    def seen(self) -> SeenOutput:
        """As the agent sees it."""
        return SeenOutput(
            kind=self.kind,
            text=self.idea.text,
            at=self.at.isoformat(timespec="seconds"),
            outcome=self.status.value,
            reason=self.reason,
            replies=self.replies,
            votes=self.votes,
        )


def read_outputs(tx: Transaction, *, room_id: int, limit: int = REMEMBERED) -> Sequence[PastOutput]:
    """What the agent put out in a room, the newest first; what was withdrawn is not among it."""
    rows = tx.execute(_NEWEST, {"room": room_id, "limit": limit}).all()
    return [_past(row) for row in rows if row.status != OutputStatus.WITHDRAWN]


def read_drew(tx: Transaction, *, room_ids: Sequence[int]) -> dict[int, list[Drew]]:
    """What the last outputs in each of these rooms led to, the newest first, for the agents'
    timing; what was withdrawn is not among it."""
    if not room_ids:
        return {}
    found: dict[int, list[Drew]] = {}
    for row in tx.execute(_DREW, {"rooms": list(room_ids), "limit": REMEMBERED}):
        if row.status != OutputStatus.WITHDRAWN:
            drew = Drew(row.at, row.replies + row.votes > 0, row.status in _REFUSED)
            found.setdefault(row.room_id, []).append(drew)
    return found


def _past(row: Any) -> PastOutput:
    return PastOutput(
        kind=row.kind,
        idea=parse_idea(row.idea),
        status=OutputStatus(row.status),
        reason=row.reason,
        at=row.posted_at or row.created_at,
        replies=row.replies,
        votes=row.votes,
    )
