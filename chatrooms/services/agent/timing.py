"""Which rooms' agents are due, and whether an agent may speak at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from chatrooms.db.engine import Transaction
from chatrooms.domain.agent import AgentSettings
from chatrooms.domain.agent_timing import (
    DAY,
    Drew,
    Past,
    count_unanswered,
    not_before,
    why_not_to_run,
)
from chatrooms.services.agent.outputs import read_drew

_LOOK_AGAIN = timedelta(hours=1)
"""How often a room is looked at at least: an answer may shorten a pause, and an output that is
taken back counts no more."""
_BEGUN = timedelta(minutes=5)
"""When a room is looked at again in which a run was about to be begun: nothing has to be, if the
process that was about to is gone."""
# The newest message of a person: what an agent or the assistant wrote does not count as talk.
_LAST_HUMAN = """
    (SELECT m.sent_at FROM messages m JOIN accounts a ON a.id = m.author_id
        WHERE m.room_id = rooms.id AND m.position IS NOT NULL AND a.kind = 'person'
        ORDER BY m.position DESC LIMIT 1)
"""
_ADD_NEW = text("""
    INSERT INTO room_agents (room_id)
    SELECT id FROM rooms WHERE NOT EXISTS (SELECT FROM room_agents WHERE room_id = rooms.id)
    ORDER BY id ON CONFLICT DO NOTHING
""")
# Who waits longest comes first, and each look moves the room to a later place: however many rooms
# there are, each gets its turn. Owners who change the settings meanwhile wait until it is over.
_CANDIDATES = text("""
    SELECT room_agents.room_id, room_agents.settings
    FROM room_agents JOIN rooms ON rooms.id = room_agents.room_id
    WHERE rooms.archived_at IS NULL AND rooms.has_assistant
        AND coalesce(room_agents.settings ->> 'mode', 'propose') <> 'off'
        AND (room_agents.look_at IS NULL OR room_agents.look_at <= :now)
        AND NOT EXISTS (
            SELECT FROM agent_runs WHERE agent_runs.room_id = rooms.id AND status <> 'done'
        )
    ORDER BY room_agents.look_at NULLS FIRST, room_agents.room_id LIMIT :limit
    FOR UPDATE OF room_agents SKIP LOCKED
""")
_PAST = text(f"""
    SELECT rooms.id, {_LAST_HUMAN} AS last_human_at,
        (SELECT max(ended_at) FROM agent_runs r WHERE r.room_id = rooms.id) AS last_run_at,
        coalesce(o.posts, 0) AS posts, o.first_post_at,
        coalesce(r.tokens, 0) AS tokens, r.first_tokens_at
    FROM rooms
    LEFT JOIN LATERAL (
        SELECT count(*) AS posts, min(o.created_at) AS first_post_at FROM agent_outputs o
        WHERE o.room_id = rooms.id AND o.created_at > :since AND o.run_id <> :run
            AND o.status <> 'withdrawn'
    ) o ON true
    LEFT JOIN LATERAL (
        SELECT sum(r.tokens_in + r.tokens_out) AS tokens, min(r.begun_at) AS first_tokens_at
        FROM agent_runs r
        WHERE r.room_id = rooms.id AND r.begun_at > :since AND r.id <> :run
            AND r.tokens_in + r.tokens_out > 0
    ) r ON true
    WHERE rooms.id = ANY(CAST(:rooms AS bigint[]))
""")
_LOOK_LATER = text("""
    UPDATE room_agents SET look_at = later.at
    FROM unnest(CAST(:rooms AS bigint[]), CAST(:at AS timestamptz[])) AS later (room_id, at)
    WHERE room_agents.room_id = later.room_id
""")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A room whose agent is on and may be due."""

    room_id: int
    settings: AgentSettings


def take_due(tx: Transaction, *, now: datetime, limit: int) -> Sequence[int]:
    """Look at those of the rooms that wait longest for it, and note for each when it is to be
    looked at next; the ids of the rooms in which a run is due. What two ask for at once is found by
    one of them."""
    tx.execute(_ADD_NEW)
    rows = tx.execute(_CANDIDATES, {"now": now, "limit": limit}).all()
    candidates = [_Candidate(r.room_id, AgentSettings.model_validate(r.settings)) for r in rows]
    if not candidates:
        return ()
    due, later = _sorted_out(tx, candidates, now)
    tx.execute(_LOOK_LATER, {"rooms": list(later), "at": list(later.values())})
    return due


def _sorted_out(
    tx: Transaction, candidates: Sequence[_Candidate], now: datetime
) -> tuple[list[int], dict[int, datetime]]:
    """The rooms in which a run is due, and when each of all is to be looked at next."""
    pasts = _read_pasts(tx, room_ids=[each.room_id for each in candidates], now=now)
    # What its outputs drew only makes the pause of an agent longer that would be due without.
    may_run = [
        each.room_id
        for each in candidates
        if why_not_to_run(each.settings, pasts[each.room_id], now) is None
    ]
    drew = read_drew(tx, room_ids=may_run)
    due: list[int] = []
    later: dict[int, datetime] = {}
    for each in candidates:
        past = _after(pasts[each.room_id], drew.get(each.room_id, ()), now)
        reason = why_not_to_run(each.settings, past, now)
        if reason is None:
            due.append(each.room_id)
            later[each.room_id] = now + _BEGUN
        else:
            at = not_before(each.settings, past, now, reason)
            later[each.room_id] = min(at, now + _LOOK_AGAIN)
    return due, later


def read_past(tx: Transaction, *, room_id: int, now: datetime, without_run: int = 0) -> Past:
    """What a room's agent and its people did lately, one run left out."""
    (past,) = _read_pasts(tx, room_ids=[room_id], now=now, without_run=without_run).values()
    return _after(past, read_drew(tx, room_ids=[room_id]).get(room_id, ()), now)


def _read_pasts(
    tx: Transaction, *, room_ids: Sequence[int], now: datetime, without_run: int = 0
) -> dict[int, Past]:
    """What agents and people of these rooms did lately, by room; not what outputs drew."""
    asked = {"rooms": list(room_ids), "since": now - DAY, "run": without_run}
    rows: Sequence[Any] = tx.execute(_PAST, asked).all()
    return {
        row.id: Past(
            last_human_at=row.last_human_at,
            last_run_at=row.last_run_at,
            unanswered=0,
            posts=int(row.posts),
            tokens=int(row.tokens),
            first_post_at=row.first_post_at,
            first_tokens_at=row.first_tokens_at,
        )
        for row in rows
    }


def _after(past: Past, drew: Sequence[Drew], now: datetime) -> Past:
    """The past with what the agent's outputs, the newest first, drew by now."""
    return replace(past, unanswered=count_unanswered(drew, now))
