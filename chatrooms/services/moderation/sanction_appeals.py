"""Objecting to one's own time-out or ban, also where the room is closed to oneself."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Membership, SanctionAppealRow, SanctionRow
from chatrooms.domain.errors import InvalidInput, SanctionUnavailable
from chatrooms.domain.moderation import SanctionAppealOutcome
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Role
from chatrooms.domain.text import check_line
from chatrooms.services.access import access_account, is_id
from chatrooms.services.admission import role_of
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.appeals import MAX_APPEAL_CHARS
from chatrooms.services.moderation.cases import nudge_staff, open_appeal_case
from chatrooms.services.moderation.sanction_answers import may_answer
from chatrooms.services.moderation.sanctioning import STANDS, find_standing
from chatrooms.services.notify import notify


@dataclass(frozen=True, slots=True)
class OwnSanction:
    """A time-out or ban as the person under it may know it."""

    id: int
    kind: str
    stands: bool
    is_appealed: bool
    outcome: SanctionAppealOutcome | None
    """How the appeal ended; None while it waits, or without one."""
    answer: str
    """The reason that a moderator gave."""

    @property
    def can_appeal(self) -> bool:
        """Whether it is in force and was not appealed against."""
        return self.stands and not self.is_appealed


def appeal(deps: Deps, *, actor_id: int, sanction_id: int, text: str) -> None:
    """Ask that another moderator looks at a time-out or ban of the actor's; once for each. The
    room may be closed to the actor: nothing else of it is opened by this.

    Raises: NotSignedIn; SanctionUnavailable, the same for an absent one and for one of others;
        InvalidInput without a text, for one that ended, and for a second appeal.
    """
    why = check_line(text, label="An appeal", max_chars=MAX_APPEAL_CHARS, required=True)
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        own = tx.get(SanctionRow, sanction_id) if is_id(sanction_id) else None
        if own is None or own.account_id != account.id:
            raise SanctionUnavailable
        lock_room(tx, room_id=own.room_id)
        if find_standing(tx, room_id=own.room_id, sanction_id=own.id) is None:
            raise InvalidInput("This has ended already.")
        if _is_appealed(tx, own):
            raise InvalidInput("You have appealed against this already.")
        row = SanctionAppealRow(
            room_id=own.room_id,
            sanction_id=own.id,
            account_id=account.id,
            text=why,
            created_at=deps.clock(),
        )
        tx.add(row)
        tx.flush()
        open_appeal_case(tx, deps, appeal=row)
        staff = nudge_staff(tx, deps, room_id=own.room_id)
        notify(
            tx,
            deps,
            account_ids=_answerers(tx, own, staff),
            kind=Kind.SANCTION_APPEAL,
            group_key=str(own.room_id),
            room_id=own.room_id,
        )
        tx.after_commit(lambda: deps.bus.nudge_account(account.id, "notifications"))


def find_own(deps: Deps, *, actor_id: int, room_id: int) -> int:
    """The sanction that the actor is under in a room, so that it can be appealed against; 0 if
    there is none, or no such room. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        here = col(SanctionRow.room_id) == (room_id if is_id(room_id) else 0)
        own = col(SanctionRow.account_id) == account.id
        return tx.scalars(select(col(SanctionRow.id)).where(here, own, STANDS)).first() or 0


def find_told(tx: Transaction, *, account_id: int, ids: Collection[int]) -> dict[int, OwnSanction]:
    """How sanctions of an account stand that it was told of, by id."""
    if not ids:
        return {}
    rows = tx.execute(
        select(SanctionRow, SanctionAppealRow, STANDS.label("stands"))
        .outerjoin(SanctionAppealRow, col(SanctionAppealRow.sanction_id) == col(SanctionRow.id))
        .where(col(SanctionRow.id).in_(ids), col(SanctionRow.account_id) == account_id)
    )
    return {row.id: _own(row, made, stands) for row, made, stands in rows}


def _own(row: SanctionRow, made: SanctionAppealRow | None, stands: bool) -> OwnSanction:
    return OwnSanction(
        id=row.id,
        kind=row.kind,
        stands=stands,
        is_appealed=made is not None,
        outcome=SanctionAppealOutcome(made.outcome) if made and made.outcome else None,
        answer=made.answer if made else "",
    )


def _is_appealed(tx: Transaction, own: SanctionRow) -> bool:
    made = select(col(SanctionAppealRow.id)).where(col(SanctionAppealRow.sanction_id) == own.id)
    return tx.scalar(made) is not None


def _answerers(tx: Transaction, own: SanctionRow, staff: Collection[int]) -> list[int]:
    """Those of these moderators who may answer an appeal against a sanction."""
    target = role_of(tx, room_id=own.room_id, account_id=own.account_id)
    rows = tx.execute(
        select(col(Membership.account_id), col(Membership.role)).where(
            col(Membership.room_id) == own.room_id, col(Membership.account_id).in_(staff)
        )
    )
    return [
        account_id
        for account_id, role in rows
        if may_answer(own, account_id=account_id, role=Role(role), target=target)
    ]
