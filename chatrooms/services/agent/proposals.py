"""What agents propose, as moderators read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AgentOutput, AgentRun, Room
from chatrooms.domain.agent import (
    PROPOSAL_TTL,
    Idea,
    OutputStatus,
    Trigger,
    parse_idea,
)
from chatrooms.domain.permissions import Permission
from chatrooms.services.access_rooms import access_rooms_to
from chatrooms.services.ai.cited import CitedMessage, read_cited


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that an agent would like to put into a room."""

    id: int
    run_id: int
    room_id: int
    room_name: str
    slug: str
    kind: str
    """Of `domain.agent.IDEAS`."""
    idea: Idea
    trigger: Trigger
    sources: tuple[CitedMessage, ...]
    """The messages that it rests on."""
    model: str
    tokens: int
    """What it took to come up with it."""
    proposed_at: datetime
    expires_at: datetime


def list_proposals(
    deps: Deps, *, actor_id: int, room_id: int | None = None, limit: int = 50
) -> list[Proposal]:
    """What waits for a decision, the oldest first: in one room or in all that the actor moderates;
    of a room that is not among them, nothing. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
        ids = [room.id for room in rooms if room_id is None or room.id == room_id]
        if not ids:
            return []
        rows: Sequence[Any] = tx.execute(
            select(AgentOutput, AgentRun, col(Room.name), col(Room.slug))
            .join(AgentRun, col(AgentRun.id) == col(AgentOutput.run_id))
            .join(Room, col(Room.id) == col(AgentOutput.room_id))
            .where(
                col(AgentOutput.room_id).in_(ids),
                col(AgentOutput.status) == OutputStatus.PROPOSED.value,
            )
            .order_by(col(AgentOutput.id))
            .limit(limit)
        ).all()
        return [_proposal(tx, *row) for row in rows]


def _proposal(
    tx: Transaction, output: AgentOutput, run: AgentRun, name: str, slug: str
) -> Proposal:
    found = read_cited(tx, room_id=output.room_id, ids=output.evidence)
    return Proposal(
        id=output.id,
        run_id=run.id,
        room_id=output.room_id,
        room_name=name,
        slug=slug,
        kind=output.kind,
        idea=parse_idea(output.idea),
        trigger=Trigger(run.trigger),
        sources=tuple(found[id_] for id_ in output.evidence if id_ in found),
        model=run.model,
        tokens=run.tokens_in + run.tokens_out,
        proposed_at=output.created_at,
        expires_at=output.created_at + PROPOSAL_TTL,
    )
