"""What a room's decisions taught the model, for its moderators; its owners train and roll back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, CorrectionRow, Room
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.permissions import Permission
from chatrooms.ml.card import SHIPPED, card_version
from chatrooms.services.access import access_room
from chatrooms.services.event_log import lock_judging
from chatrooms.services.moderation import training
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.labels import Counts, count_labels

ACTION = "correction_rolled_back"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Training:
    """One training of a room's correction."""

    version: int
    by: str
    """Who asked for it; empty for the nightly one."""
    asked_at: datetime
    finished_at: datetime | None
    outcome: str
    """`promoted`, or why not: `too_few`, `no_model`, `few_newest`, `nothing_found`, `not_better`,
    `finds_less`, `changed`. Empty while it is under way."""
    kept: int
    removed: int
    measured: dict[str, Any]
    """`ml.comparing.Comparison` as plain values; empty if nothing was compared."""
    is_active: bool
    is_of_this_model: bool
    """Whether it belongs to the shared model of today; if not, it is not used."""
    rolled_back_at: datetime | None
    rolled_back_by: str


@dataclass(frozen=True, slots=True)
class Learning:
    """How far a room is with learning."""

    labels: Counts
    """Decisions that stand."""
    is_running: bool
    active: Training | None
    trainings: tuple[Training, ...]
    """The newest ones, newest first."""
    can_change: bool


def get_learning(deps: Deps, *, actor_id: int, room_id: int) -> Learning:
    """What the room taught the model so far. For its moderators. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        found = _trainings(tx, deps, access.room_id)
        return Learning(
            labels=count_labels(tx, room_id=access.room_id),
            is_running=any(each.finished_at is None for each in found),
            active=next((each for each in found if each.is_active), None),
            trainings=tuple(found[:_SHOWN]),
            can_change=Permission.EDIT_ROOM in access.permissions,
        )


def train(deps: Deps, *, actor_id: int, room_id: int) -> Learning:
    """Have a worker train on the room's decisions, and use what it learns if that is better. For
    its owners. While one is under way, asking again starts no second one: it goes on, should a
    worker have been lost.

    Raises: InvalidInput if there are too few decisions; NotAllowed; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        lock_judging(tx, room_id=access.room_id)
        counts = count_labels(tx, room_id=access.room_id)
        if min(counts.kept, counts.removed) < training.ENOUGH:
            raise InvalidInput(
                f"There are {counts.kept} messages kept and {counts.removed} removed; "
                f"{training.ENOUGH} of each are needed."
            )
        row = training.begin(tx, deps, room_id=access.room_id, by_id=access.actor.id)
        training.send_after_commit(tx, deps, correction_id=row.id)
    return get_learning(deps, actor_id=actor_id, room_id=room_id)


def roll_back(deps: Deps, *, actor_id: int, room_id: int, version: int) -> Learning:
    """Take the correction in use out of use: the one before it applies again, or none. It counts
    for what is judged from now on. For the room's owners.

    Raises: InvalidInput if `version` is not the one in use; NotAllowed; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        _, active_id = lock_judging(tx, room_id=access.room_id)
        row = tx.get(CorrectionRow, active_id) if active_id else None
        if row is None or row.version != version:
            raise InvalidInput("This correction is not in use any more.")
        before = tx.get(CorrectionRow, row.replaces_id) if row.replaces_id else None
        row.rolled_back_at, row.rolled_back_by = deps.clock(), access.actor.id
        room = tx.get_one(Room, access.room_id, populate_existing=True)
        room.correction_id = row.replaces_id
        write_audit(
            tx,
            deps,
            room_id=access.room_id,
            action=ACTION,
            by_id=access.actor.id,
            detail={"old": row.version, "new": before.version if before else None},
        )
        training.announce(tx, deps, room_id=access.room_id)
    return get_learning(deps, actor_id=actor_id, room_id=room_id)


def _trainings(tx: Transaction, deps: Deps, room_id: int) -> list[Training]:
    """The newest trainings, and in any case the one in use."""
    by, undone_by = aliased(Account), aliased(Account)
    active_id = tx.execute(
        select(col(Room.correction_id)).where(col(Room.id) == room_id)
    ).scalar_one()
    newest = (
        select(col(CorrectionRow.id))
        .where(col(CorrectionRow.room_id) == room_id)
        .order_by(col(CorrectionRow.version).desc())
        .limit(_SHOWN)
    )
    rows = tx.execute(
        select(CorrectionRow, col(by.name), col(undone_by.name))
        .outerjoin(by, col(by.id) == col(CorrectionRow.by_id))
        .outerjoin(undone_by, col(undone_by.id) == col(CorrectionRow.rolled_back_by))
        .where(col(CorrectionRow.id).in_(newest) | (col(CorrectionRow.id) == active_id))
        .order_by(col(CorrectionRow.version).desc())
    ).all()
    file = deps.settings.toxicity_model
    model = card_version(Path(file) if file else SHIPPED)
    return [
        Training(
            version=row.version,
            by=name or "",
            asked_at=row.asked_at,
            finished_at=row.finished_at,
            outcome=row.outcome,
            kept=row.kept,
            removed=row.removed,
            measured=row.measured,
            is_active=row.id == active_id,
            is_of_this_model=row.model == model,
            rolled_back_at=row.rolled_back_at,
            rolled_back_by=undone_name or "",
        )
        for row, name, undone_name in rows
    ]
