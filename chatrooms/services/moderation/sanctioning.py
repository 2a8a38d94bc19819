"""What imposing sanctions, lifting them and answering appeals against them share."""

from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, SanctionRow
from chatrooms.domain.errors import AccountUnavailable, NotAllowed
from chatrooms.domain.moderation import SanctionAppealOutcome
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Role, outranks
from chatrooms.services.access import RoomAccess, is_id
from chatrooms.services.admission import role_of
from chatrooms.services.moderation import sanction_outcomes
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import nudge_staff
from chatrooms.services.notify import notify

MAX_REASON_CHARS = 300
STANDS = and_(
    col(SanctionRow.lifted_at).is_(None),
    or_(col(SanctionRow.until).is_(None), col(SanctionRow.until) > func.now()),
)
"""That a sanction is in force."""


def check_outranked(tx: Transaction, *, access: RoomAccess, account_id: object) -> Role | None:
    """The role of somebody whom the actor may sanction; None for somebody from outside.

    Raises: AccountUnavailable; NotAllowed, for oneself too.
    """
    account = tx.get(Account, account_id) if is_id(account_id) else None
    if account is None:
        raise AccountUnavailable
    if account.id == access.actor.id:
        raise NotAllowed("Nobody can do that to themselves.")
    role = role_of(tx, room_id=access.room_id, account_id=account.id)
    if access.role is None or not outranks(access.role, role or Role.MEMBER):
        raise NotAllowed
    return role


def find_standing(tx: Transaction, *, room_id: int, sanction_id: object) -> SanctionRow | None:
    """A sanction of this room, if it is in force."""
    return tx.scalars(
        select(SanctionRow).where(
            col(SanctionRow.id) == (sanction_id if is_id(sanction_id) else 0),
            col(SanctionRow.room_id) == room_id,
            STANDS,
        )
    ).one_or_none()


def end_sanction(
    tx: Transaction, deps: Deps, *, access: RoomAccess, row: SanctionRow, reason: str
) -> None:
    """Lift a sanction that is in force, tell the person, and grant the appeal that waits for an
    answer to it, if one does. The caller holds the room's lock and has checked the right."""
    row.lifted_at = deps.clock()
    tx.flush()
    appeal = sanction_outcomes.find_open(tx, sanction_id=row.id)
    write_audit(
        tx,
        deps,
        room_id=row.room_id,
        action="lift",
        by_id=access.actor.id,
        account_id=row.account_id,
        reason=reason,
        detail=audit_detail(row, appeal.id if appeal else None),
    )
    if appeal is not None:
        sanction_outcomes.settle(
            tx,
            deps,
            appeal,
            outcome=SanctionAppealOutcome.LIFTED,
            by_id=access.actor.id,
            answer=reason,
        )
    nudge_staff(tx, deps, room_id=row.room_id)
    what = "granted" if appeal else "lifted"
    tell(tx, deps, row, what=f"{what}_{row.kind}", reason=reason, by_id=access.actor.id)
    announce(tx, deps, row)


def audit_detail(row: SanctionRow, appeal_id: int | None) -> dict[str, object]:
    """What the log keeps of lifting a sanction, or of not doing so."""
    answered = {"appeal": appeal_id} if appeal_id else {}
    return {"sanction": row.id, "kind": row.kind, **answered}


def tell(
    tx: Transaction,
    deps: Deps,
    row: SanctionRow,
    *,
    what: str,
    reason: str,
    by_id: int,
    minutes: int = 0,
) -> None:
    """Tell somebody what was decided about a sanction of theirs, and why. `what`: its kind if it
    was imposed, which one can appeal against; else a word for what became of it, and its kind."""
    is_imposed = what == row.kind
    notify(
        tx,
        deps,
        account_ids=[row.account_id],
        kind=Kind.SANCTIONED,
        group_key=f"{row.room_id}:{what}",
        by_id=by_id,
        room_id=row.room_id,
        sanction_id=row.id if is_imposed else None,
        detail=f"{what}:{minutes}:{reason}",
    )


def announce(tx: Transaction, deps: Deps, row: SanctionRow) -> None:
    """Have the screens concerned learn, after the commit, that a sanction began or ended."""
    account_id, room_id = row.account_id, row.room_id
    tx.after_commit(lambda: deps.bus.nudge_account(account_id))
    tx.after_commit(lambda: deps.bus.nudge_account(account_id, "moderation"))
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "members"))
