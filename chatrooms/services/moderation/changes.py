"""Who changed a room's policy or rules last, and telling those who have them on their screens."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AuditRow
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_admin, access_room
from chatrooms.services.moderation.cases import list_staff

POLICY = "policy"
ADDED, CHANGED, SWITCHED, DELETED = "rule_added", "rule_changed", "rule_switched", "rule_deleted"
RULES = (ADDED, CHANGED, SWITCHED, DELETED)


@dataclass(frozen=True, slots=True)
class Change:
    """The newest change of a policy or of rules."""

    action: str
    by: str
    is_own: bool
    rule: str
    """The name of the rule; empty if it was the policy."""


def access_rules(tx: Transaction, *, actor_id: int, room_id: int | None) -> int:
    """The actor's id, if the actor may change the rules of a room or, without a room, of the site.

    Raises: NotSignedIn, NotAllowed; as `access_room`.
    """
    if room_id is None:
        return access_admin(tx, actor_id=actor_id).id
    access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
    return access.actor.id


def announce_change(tx: Transaction, deps: Deps, *, room_id: int | None) -> None:
    """Have open pages with the policy and rules of a room or, without a room, of the site follow
    what changed, after the commit: those of the room's moderators, or of administrators."""
    if room_id is None:
        wanted = select(col(Account.id)).where(
            col(Account.is_admin), col(Account.deactivated_at).is_(None)
        )
        told = list(tx.scalars(wanted))
    else:
        told = list_staff(tx, room_id=room_id)
    tx.after_commit(lambda: deps.bus.nudge_accounts(told, "policy"))


def find_newest(
    deps: Deps, *, actor_id: int, room_id: int | None, actions: tuple[str, ...]
) -> Change | None:
    """The newest change of these kinds in a room or, without a room, of the site. For those who may
    change the rules there. Raises: as `access_rules`."""
    with transaction(deps.sessions) as tx:
        actor = access_rules(tx, actor_id=actor_id, room_id=room_id)
        here = col(AuditRow.room_id)
        row = tx.execute(
            select(
                col(AuditRow.action), col(AuditRow.by_id), col(AuditRow.reason), col(Account.name)
            )
            .join(Account, col(Account.id) == col(AuditRow.by_id))
            .where(
                here.is_(None) if room_id is None else here == room_id,
                col(AuditRow.action).in_(actions),
            )
            .order_by(col(AuditRow.id).desc())
            .limit(1)
        ).first()
    return Change(row.action, row.name, row.by_id == actor, row.reason) if row else None
