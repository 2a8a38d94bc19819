"""Judging the newest messages of a room again, on purpose, in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AuditRow, Message, VerdictRow
from chatrooms.domain import jobs
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.moderation import Withheld
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import list_staff, nudge_staff
from chatrooms.services.waking import JUDGING, wake_after_commit

ACTION = "rejudge"
MAX_MESSAGES = 10_000
_BATCH = 200
_SHOWN_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the newest re-judging of a room is."""

    done: int = 0
    total: int = 0

    @property
    def is_running(self) -> bool:
        """Whether messages still wait for it."""
        return self.done < self.total


def rejudge(deps: Deps, *, actor_id: int, room_id: int, newest: int) -> Progress:
    """Have model, rules and policy look again at the newest `newest` messages of a room. For its
    moderators. What a moderator decided, what is kept back, and what was deleted stays as it is.

    While that runs, asking again starts no second one: it goes on, should a worker have been lost.
    Raises: InvalidInput; as `access_room`.
    """
    if not 1 <= newest <= MAX_MESSAGES:
        raise InvalidInput(f"Choose 1 to {MAX_MESSAGES:,} messages.")
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        lock_room(tx, room_id=access.room_id)
        run = _newest_run(tx, deps, access.room_id)
        progress = _progress(tx, run)
        if run is None or not progress.is_running:
            ids = _chosen(tx, access.room_id, newest)
            if not ids:
                return Progress()
            run_id = _note(tx, deps, room_id=access.room_id, by_id=access.actor.id, ids=ids)
            progress = Progress(0, len(ids))
            _announce(tx, deps, room_id)
            nudge_staff(tx, deps, room_id=room_id)
        else:
            run_id = run.id
        tx.after_commit(
            lambda: deps.jobs.send(jobs.REJUDGE, queue=jobs.MODERATION_QUEUE, run_id=run_id)
        )
        return progress


def _note(tx: Transaction, deps: Deps, *, room_id: int, by_id: int, ids: Sequence[int]) -> int:
    newest_verdict = tx.execute(
        select(func.coalesce(func.max(col(VerdictRow.id)), 0)).where(
            col(VerdictRow.room_id) == room_id
        )
    ).scalar_one()
    return write_audit(
        tx,
        deps,
        room_id=room_id,
        action=ACTION,
        by_id=by_id,
        detail={
            "total": len(ids),
            "first_id": min(ids),
            "last_id": max(ids),
            "after_verdict": newest_verdict,
        },
    )


def get_progress(deps: Deps, *, actor_id: int, room_id: int) -> Progress:
    """How far the newest re-judging of a room is; zeros if there was none lately. For moderators.
    Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        return _progress(tx, _newest_run(tx, deps, access.room_id))


def carry_out(deps: Deps, *, run_id: int) -> int:
    """Have the messages of a re-judging wait to be judged, batch by batch; how many. For the
    worker. Safe to repeat: what was judged since it was asked for does not wait again."""
    marked = 0
    with transaction(deps.sessions) as tx:
        run = tx.get(AuditRow, run_id)
        if run is None or run.action != ACTION or run.room_id is None:
            return 0
        room_id = run.room_id
    while True:
        with transaction(deps.sessions) as tx:
            lock_room(tx, room_id=room_id)
            ids = _left(tx, run)
            if not ids:
                _announce(tx, deps, room_id)
                return marked
            tx.execute(
                update(Message).where(col(Message.id).in_(ids)).values(judge_at=deps.clock())
            )
            wake_after_commit(tx, deps, JUDGING)
        marked += len(ids)


def announce_judged(tx: Transaction, deps: Deps, *, room_id: int) -> None:
    """After messages were judged once more: have its moderators' pages show how far a re-judging
    of the room is, if that was one."""
    if _newest_run(tx, deps, room_id) is not None:
        _announce(tx, deps, room_id)


def _announce(tx: Transaction, deps: Deps, room_id: int) -> None:
    staff = list_staff(tx, room_id=room_id)
    tx.after_commit(lambda: deps.bus.nudge_accounts(staff, "rejudging"))


def _may_be_judged(room_id: int) -> Any:
    """That a message of the room is in nobody's hands: shown, not deleted, no standing decision."""
    undo = aliased(AuditRow)
    standing = (
        select(col(AuditRow.id))
        .where(
            col(AuditRow.message_id) == col(Message.id),
            col(AuditRow.action).in_(["keep", "remove"]),
            col(AuditRow.by_id).is_not(None),
            ~select(col(undo.id)).where(col(undo.undoes_id) == col(AuditRow.id)).exists(),
        )
        .exists()
    )
    return (
        (col(Message.room_id) == room_id)
        & col(Message.position).is_not(None)
        & col(Message.deleted_at).is_(None)
        & (col(Message.withheld) == Withheld.NO.value)
        & ~standing
    )


def _chosen(tx: Transaction, room_id: int, newest: int) -> list[int]:
    return list(
        tx.scalars(
            select(col(Message.id))
            .where(_may_be_judged(room_id))
            .order_by(col(Message.position).desc())
            .limit(newest)
        )
    )


def _waits(run: AuditRow) -> Any:
    """That a message is one of a run's and was not judged since the run was asked for."""
    judged = (
        select(col(VerdictRow.id))
        .where(
            col(VerdictRow.message_id) == col(Message.id),
            col(VerdictRow.id) > run.detail["after_verdict"],
        )
        .exists()
    )
    is_of_run = col(Message.id).between(run.detail["first_id"], run.detail["last_id"])
    return _may_be_judged(run.room_id or 0) & is_of_run & ~judged


def _left(tx: Transaction, run: AuditRow) -> list[int]:
    wanted = select(col(Message.id)).where(_waits(run), col(Message.judge_at).is_(None))
    return list(tx.scalars(wanted.order_by(col(Message.id)).limit(_BATCH)))


def _newest_run(tx: Transaction, deps: Deps, room_id: int) -> AuditRow | None:
    return tx.scalars(
        select(AuditRow)
        .where(
            col(AuditRow.room_id) == room_id,
            col(AuditRow.action) == ACTION,
            col(AuditRow.created_at) >= deps.clock() - _SHOWN_FOR,
        )
        .order_by(col(AuditRow.id).desc())
        .limit(1)
    ).one_or_none()


def _progress(tx: Transaction, run: AuditRow | None) -> Progress:
    if run is None:
        return Progress()
    wanted = select(func.count()).select_from(Message).where(_waits(run))
    total, left = int(run.detail["total"]), tx.execute(wanted).scalar_one()
    return Progress(max(total - left, 0), total)
