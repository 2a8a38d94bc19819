"""How appeals against time-outs and bans end: by an answer, or because the sanction ended."""

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import SanctionAppealRow, SanctionRow
from chatrooms.domain.moderation import SanctionAppealOutcome
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.alerts import settle_alerts
from chatrooms.services.moderation.cases import close_appeal_case, nudge_staff

_BATCH = 200


def find_open(tx: Transaction, *, sanction_id: int) -> SanctionAppealRow | None:
    """The appeal against a sanction that waits for an answer."""
    return tx.scalars(
        select(SanctionAppealRow).where(
            col(SanctionAppealRow.sanction_id) == sanction_id,
            col(SanctionAppealRow.decided_at).is_(None),
        )
    ).one_or_none()


def settle(
    tx: Transaction,
    deps: Deps,
    appeal: SanctionAppealRow,
    *,
    outcome: SanctionAppealOutcome,
    by_id: int | None = None,
    answer: str = "",
) -> None:
    """Note how an appeal ended and have its author's bell show it. The caller holds the room's lock
    and has decided; it nudges the room's moderators."""
    appeal.decided_at, appeal.decided_by = deps.clock(), by_id
    appeal.outcome, appeal.answer = outcome.value, answer
    tx.flush()
    closed = close_appeal_case(tx, deps, appeal_id=appeal.id, outcome=outcome.value, by_id=by_id)
    if closed is not None:
        settle_alerts(tx, deps, closed=closed)
    account_id = appeal.account_id
    tx.after_commit(lambda: deps.bus.nudge_account(account_id, "notifications"))


def end_of_replaced(tx: Transaction, deps: Deps, *, room_id: int, account_id: int) -> None:
    """End the appeals against somebody's earlier sanctions in a room, as a new one is imposed; one
    against a time-out that was over by then ends as that."""
    now = deps.clock()
    for appeal, until in tx.execute(
        select(SanctionAppealRow, col(SanctionRow.until))
        .join(SanctionRow, col(SanctionRow.id) == col(SanctionAppealRow.sanction_id))
        .where(
            col(SanctionRow.room_id) == room_id,
            col(SanctionRow.account_id) == account_id,
            col(SanctionAppealRow.decided_at).is_(None),
        )
    ).all():
        is_over = until is not None and until <= now
        outcome = SanctionAppealOutcome.EXPIRED if is_over else SanctionAppealOutcome.REPLACED
        settle(tx, deps, appeal, outcome=outcome)


def end_of_expired(deps: Deps) -> int:
    """End the appeals against time-outs that are over; how many there were. Safe to repeat, for the
    worker: each is looked at again under its room's lock."""
    is_over = col(SanctionRow.lifted_at).is_not(None) | (col(SanctionRow.until) <= func.now())
    waiting = (
        select(col(SanctionAppealRow.id), col(SanctionAppealRow.room_id))
        .join(SanctionRow, col(SanctionRow.id) == col(SanctionAppealRow.sanction_id))
        .where(col(SanctionAppealRow.decided_at).is_(None), is_over)
        .limit(_BATCH)
    )
    with transaction(deps.sessions) as tx:
        found = tx.execute(waiting).all()
    return sum(_end_expired(deps, appeal_id=row.id, room_id=row.room_id) for row in found)


def _end_expired(deps: Deps, *, appeal_id: int, room_id: int) -> bool:
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=room_id)
        appeal = tx.get(SanctionAppealRow, appeal_id)
        if appeal is None or appeal.decided_at is not None:
            return False
        settle(tx, deps, appeal, outcome=SanctionAppealOutcome.EXPIRED)
        nudge_staff(tx, deps, room_id=room_id)
        return True
