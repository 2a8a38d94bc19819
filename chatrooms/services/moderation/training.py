"""Carrying out trainings on rooms' decisions: learning, comparing, and using what is better.

Nothing here runs where messages are judged. A training reads, computes outside of any transaction,
and writes under the room's lock, where it is asked again whether what it was compared with is still
in use. Whoever finishes second finds nothing to do.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AuditRow, CorrectionRow, Room
from chatrooms.domain import jobs
from chatrooms.domain.moderation import Policy
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.event_log import lock_judging
from chatrooms.services.moderation import corrections
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import list_staff
from chatrooms.services.moderation.labels import Label, count_labels, list_labels

if TYPE_CHECKING:
    from chatrooms.ml.correction import Correction
    from chatrooms.ml.learning import Lesson

log = structlog.get_logger(__name__)

ENOUGH = 100
"""Decisions of each kind from which on a room is learnt from."""
ENOUGH_NEW = 50
"""Decisions since the last training from which on a room is trained on at night."""
PROMOTED = "promoted"
ACTION = "correction_promoted"
_MAX_LABELS = 5_000
_SAMPLE_WEIGHT = 3.0
"""A sampled message stands for many that the model let pass and nobody looked at."""


def begin(tx: Transaction, deps: Deps, *, room_id: int, by_id: int | None) -> CorrectionRow:
    """The training of a room that is under way, or a new one. The caller holds the room's lock."""
    running = tx.scalars(
        select(CorrectionRow).where(
            col(CorrectionRow.room_id) == room_id, col(CorrectionRow.finished_at).is_(None)
        )
    ).one_or_none()
    if running is not None:
        return running
    newest = tx.execute(
        select(func.coalesce(func.max(col(CorrectionRow.version)), 0)).where(
            col(CorrectionRow.room_id) == room_id
        )
    ).scalar_one()
    row = CorrectionRow(room_id=room_id, version=newest + 1, by_id=by_id, asked_at=deps.clock())
    tx.add(row)
    tx.flush()
    announce(tx, deps, room_id=room_id)
    return row


def announce(tx: Transaction, deps: Deps, *, room_id: int) -> None:
    """Have what its moderators see of the room's trainings follow, after the commit."""
    staff = list_staff(tx, room_id=room_id)
    tx.after_commit(lambda: deps.bus.nudge_accounts(staff, "learning"))


def send_after_commit(tx: Transaction, deps: Deps, *, correction_id: int) -> None:
    """Have a worker carry out the training once this transaction has committed."""
    tx.after_commit(
        lambda: deps.jobs.send(
            jobs.TRAIN_CORRECTION, queue=jobs.AI_QUEUE, correction_id=correction_id
        )
    )


def carry_out(deps: Deps, *, correction_id: int) -> None:
    """Train, compare, and use the correction if it is better. For the worker. Safe to repeat; when
    it is done, the next training that waits since the night follows."""
    with transaction(deps.sessions) as tx:
        row = tx.get(CorrectionRow, correction_id)
        if row is None or row.finished_at is not None:
            return
        room = tx.get_one(Room, row.room_id)
        labels = list_labels(tx, room_id=room.id, limit=_MAX_LABELS)
        present_id, policy = room.correction_id, Policy.model_validate(room.policy)
        present = corrections.load(tx, deps, ids=[present_id]).get(present_id)
        room_id, version = room.id, row.version
    model, lesson, why_not = _learn(deps, labels, present, policy.flag_threshold, version)
    with transaction(deps.sessions) as tx:
        _, now_id = lock_judging(tx, room_id=room_id)
        row = tx.get_one(CorrectionRow, correction_id, populate_existing=True)
        if row.finished_at is not None:
            return
        if now_id != present_id:
            why_not = "changed"
        removed = sum(each.is_removed for each in labels)
        row.kept, row.removed, row.model = len(labels) - removed, removed, model
        row.finished_at, row.outcome = deps.clock(), why_not or PROMOTED
        row.measured = asdict(lesson.comparison) if lesson and lesson.comparison else {}
        if not why_not and lesson and lesson.correction:
            _promote(tx, deps, row, lesson.correction, present_id)
        announce(tx, deps, room_id=room_id)
        _send_next(tx, deps)
    log.info("correction_trained", room_id=room_id, version=version, outcome=why_not or PROMOTED)


def _learn(
    deps: Deps,
    labels: list[Label],
    present: "Correction | None",
    threshold: float,
    version: int,
) -> "tuple[str, Lesson | None, str]":
    """The model's version, what came of learning, and why the correction must not be used."""
    removed = sum(each.is_removed for each in labels)
    if min(removed, len(labels) - removed) < ENOUGH:
        return "", None, "too_few"
    try:
        model = deps.toxicity.model()
    except ModelUnusable as problem:
        log.error("model_unusable", reason=str(problem))
        return "", None, "no_model"
    # scikit-learn and SciPy are only for processes that judge or learn.
    import numpy as np

    from chatrooms.ml.learning import Labelled, learn

    lesson = learn(
        model,
        Labelled(
            texts=[each.text for each in labels],
            is_removed=np.array([each.is_removed for each in labels]),
            weights=np.array([_SAMPLE_WEIGHT if each.is_sample else 1.0 for each in labels]),
        ),
        present=present if present is not None and present.model == model.version else None,
        threshold=threshold,
        version=str(version),
        seed=version,
    )
    return model.version, lesson, lesson.why_not


def _promote(
    tx: Transaction,
    deps: Deps,
    row: CorrectionRow,
    correction: "Correction",
    present_id: int | None,
) -> None:
    row.weights, row.replaces_id = correction.stored(), present_id
    tx.flush()
    room = tx.get_one(Room, row.room_id, populate_existing=True)
    room.correction_id = row.id
    tx.flush()
    before = tx.get(CorrectionRow, present_id) if present_id else None
    write_audit(
        tx,
        deps,
        room_id=row.room_id,
        action=ACTION,
        by_id=row.by_id,
        detail={
            "old": before.version if before else None,
            "new": row.version,
            "model": row.model,
            "measured": row.measured,
        },
    )


def ask_for_due(deps: Deps) -> int:
    """Have the rooms train that got enough new decisions since they last did, or whose correction
    belongs to another model; how many. For the worker, at night. Safe to repeat."""
    try:
        model = deps.toxicity.model().version
    except ModelUnusable as problem:
        log.error("model_unusable", reason=str(problem))
        return 0
    with transaction(deps.sessions) as tx:
        due = [*_with_new_decisions(tx), *_of_another_model(tx, model)]
    begun = 0
    for room_id in dict.fromkeys(due):
        with transaction(deps.sessions) as tx:
            lock_judging(tx, room_id=room_id)
            counts = count_labels(tx, room_id=room_id)
            if min(counts.kept, counts.removed) >= ENOUGH:
                begin(tx, deps, room_id=room_id, by_id=None)
                begun += 1
    with transaction(deps.sessions) as tx:
        _send_next(tx, deps)
    return begun


def _with_new_decisions(tx: Transaction) -> list[int]:
    last = (
        select(col(CorrectionRow.room_id), func.max(col(CorrectionRow.asked_at)).label("at"))
        .group_by(col(CorrectionRow.room_id))
        .subquery()
    )
    is_new = last.c.at.is_(None) | (col(AuditRow.created_at) > last.c.at)
    found: Any = tx.scalars(
        select(col(AuditRow.room_id))
        .join(Room, col(Room.id) == col(AuditRow.room_id))
        .outerjoin(last, last.c.room_id == col(AuditRow.room_id))
        .where(
            col(AuditRow.action).in_(["keep", "remove"]),
            col(AuditRow.by_id).is_not(None),
            col(Room.archived_at).is_(None),
            is_new,
        )
        .group_by(col(AuditRow.room_id))
        .having(func.count() >= ENOUGH_NEW)
    )
    return list(found)


def _of_another_model(tx: Transaction, model: str) -> list[int]:
    """Rooms whose correction is not used because it belongs to another model, and that nobody
    trained on with this one."""
    trained = select(col(CorrectionRow.room_id)).where(col(CorrectionRow.model) == model)
    return list(
        tx.scalars(
            select(col(Room.id))
            .join(CorrectionRow, col(CorrectionRow.id) == col(Room.correction_id))
            .where(
                col(CorrectionRow.model) != model,
                col(Room.archived_at).is_(None),
                col(Room.id).not_in(trained),
            )
        )
    )


def _send_next(tx: Transaction, deps: Deps) -> None:
    """One after the other, so that trainings keep one process of the worker busy at most."""
    waiting = tx.scalars(
        select(col(CorrectionRow.id))
        .where(col(CorrectionRow.finished_at).is_(None), col(CorrectionRow.by_id).is_(None))
        .order_by(col(CorrectionRow.id))
        .limit(1)
    ).one_or_none()
    if waiting is not None:
        send_after_commit(tx, deps, correction_id=waiting)
