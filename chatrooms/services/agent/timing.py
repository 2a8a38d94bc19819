"""Which rooms' agents are due, and whether an agent may speak at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from chatrooms.db.engine import Transaction
from chatrooms.domain.agent import AgentSettings
from chatrooms.domain.agent_timing import (
    DAY,
    NotNow,
    Past,
    count_unanswered,
    pause_of,
    why_not_to_run,
)
from chatrooms.services.agent.outputs import read_outputs

_LOOK_AGAIN = timedelta(hours=1)
"""How often a room is looked at whose agent pauses: an answer may shorten the pause."""
_MIN_QUIET = timedelta(minutes=5)
# The newest message of a person: what an agent or the assistant wrote does not count as talk.
_LAST_HUMAN = """
    (SELECT m.sent_at FROM messages m JOIN accounts a ON a.id = m.author_id
        WHERE m.room_id = rooms.id AND m.position IS NOT NULL AND a.kind = 'person'
        ORDER BY m.position DESC LIMIT 1)
"""
_CANDIDATES = text(f"""
    SELECT rooms.id, coalesce(room_agents.settings, '{{}}') AS settings
    FROM rooms LEFT JOIN room_agents ON room_agents.room_id = rooms.id
    WHERE rooms.archived_at IS NULL AND rooms.has_assistant
        AND coalesce(room_agents.settings ->> 'mode', 'propose') <> 'off'
        AND (room_agents.look_at IS NULL OR room_agents.look_at <= :now)
        AND NOT EXISTS (
            SELECT FROM agent_runs WHERE agent_runs.room_id = rooms.id AND status <> 'done'
        )
        AND {_LAST_HUMAN} <= :quiet_since
    ORDER BY rooms.id
""")
_PAST = text(f"""
    SELECT {_LAST_HUMAN} AS last_human_at,
        (SELECT max(ended_at) FROM agent_runs r WHERE r.room_id = rooms.id) AS last_run_at,
        (SELECT count(*) FROM agent_outputs o
            WHERE o.room_id = rooms.id AND o.created_at > :since AND o.run_id <> :run
                AND o.status <> 'withdrawn') AS posts,
        (SELECT coalesce(sum(tokens_in + tokens_out), 0) FROM agent_runs r
            WHERE r.room_id = rooms.id AND r.begun_at > :since AND r.id <> :run) AS tokens
    FROM rooms WHERE rooms.id = :room
""")
_LOOK_LATER = text("""
    INSERT INTO room_agents (room_id, look_at) VALUES (:room, :at)
    ON CONFLICT (room_id) DO UPDATE SET look_at = excluded.look_at
""")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A room that is quiet and whose agent is on."""

    room_id: int
    settings: AgentSettings


def list_candidates(tx: Transaction, *, now: datetime) -> Sequence[Candidate]:
    """The rooms whose agents may be due."""
    rows = tx.execute(_CANDIDATES, {"now": now, "quiet_since": now - _MIN_QUIET}).all()
    return [Candidate(row.id, AgentSettings.model_validate(row.settings)) for row in rows]


def read_past(tx: Transaction, *, room_id: int, now: datetime, without_run: int = 0) -> Past:
    """What a room's agent and its people did lately, one run left out."""
    asked = {"room": room_id, "since": now - DAY, "run": without_run}
    row: Any = tx.execute(_PAST, asked).one()
    outputs = read_outputs(tx, room_id=room_id)
    return Past(
        last_human_at=row.last_human_at,
        last_run_at=row.last_run_at,
        unanswered=count_unanswered([each.drew for each in outputs], now),
        posts=int(row.posts),
        tokens=int(row.tokens),
    )


def why_not(tx: Transaction, candidate: Candidate, *, now: datetime) -> NotNow | None:
    """Why no run is begun in a room now; None if one is due. A room whose agent pauses is not
    looked at again for a while."""
    past = read_past(tx, room_id=candidate.room_id, now=now)
    reason = why_not_to_run(candidate.settings, past, now)
    if reason is NotNow.PAUSING:
        over = (past.last_run_at or now) + pause_of(candidate.settings, past.unanswered)
        at = min(over, now + _LOOK_AGAIN)
        tx.execute(_LOOK_LATER, {"room": candidate.room_id, "at": at})
    return reason
