"""Answering appeals against time-outs and bans: lifting the sanction, or upholding it."""

from typing import Literal

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import CaseRow, SanctionAppealRow, SanctionRow
from chatrooms.domain.errors import CaseDecided, CaseUnavailable, InvalidInput, NotAllowed
from chatrooms.domain.moderation import SanctionAppealOutcome
from chatrooms.domain.permissions import Role, outranks
from chatrooms.domain.text import check_line
from chatrooms.services.access import RoomAccess, access_case
from chatrooms.services.admission import role_of
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation import sanction_outcomes
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import nudge_staff
from chatrooms.services.moderation.sanctioning import (
    MAX_REASON_CHARS,
    audit_detail,
    end_sanction,
    find_standing,
    tell,
)

Answer = Literal["lift", "uphold"]
UPHOLD = "uphold"


def answer(deps: Deps, *, actor_id: int, case_id: int, action: Answer, reason: str = "") -> None:
    """Answer an appeal against a time-out or ban: lift the sanction or uphold it. The person is
    told at once, with the reason. For moderators of the room who may lift it, apart from who
    imposed it, unless that is an owner. Of two at once, the first answers.

    Raises: CaseUnavailable; CaseDecided if it was answered or the sanction ended meanwhile;
        NotAllowed; InvalidInput.
    """
    why = check_line(reason, label="A reason", max_chars=MAX_REASON_CHARS)
    if action not in ("lift", UPHOLD):
        raise InvalidInput
    with transaction(deps.sessions) as tx:
        access, case = access_case(tx, actor_id=actor_id, case_id=case_id)
        sanction = sanction_of(tx, case)
        lock_room(tx, room_id=access.room_id)
        check_may_answer(tx, access=access, sanction=sanction)
        appeal = sanction_outcomes.find_open(tx, sanction_id=sanction.id)
        if appeal is None:
            raise CaseDecided("This appeal was answered already.")
        row = find_standing(tx, room_id=access.room_id, sanction_id=sanction.id)
        if row is None:
            raise CaseDecided("The time-out is over already.")
        if action == "lift":
            end_sanction(tx, deps, access=access, row=row, reason=why)
        else:
            _uphold(tx, deps, access, row, appeal, reason=why)


def _uphold(
    tx: Transaction,
    deps: Deps,
    access: RoomAccess,
    row: SanctionRow,
    appeal: SanctionAppealRow,
    *,
    reason: str,
) -> None:
    by_id = access.actor.id
    write_audit(
        tx,
        deps,
        room_id=row.room_id,
        action=UPHOLD,
        by_id=by_id,
        account_id=row.account_id,
        reason=reason,
        detail=audit_detail(row, appeal.id),
    )
    outcome = SanctionAppealOutcome.UPHELD
    sanction_outcomes.settle(tx, deps, appeal, outcome=outcome, by_id=by_id, answer=reason)
    nudge_staff(tx, deps, room_id=row.room_id)
    tell(tx, deps, row, what=f"upheld_{row.kind}", reason=reason, by_id=by_id)


def sanction_of(tx: Transaction, case: CaseRow) -> SanctionRow:
    """The sanction that a case is about. Raises: CaseUnavailable for a case about a message."""
    if case.sanction_appeal_id is None:
        raise CaseUnavailable
    appeal = tx.get_one(SanctionAppealRow, case.sanction_appeal_id)
    return tx.get_one(SanctionRow, appeal.sanction_id)


def check_may_answer(tx: Transaction, *, access: RoomAccess, sanction: SanctionRow) -> None:
    """Raises: NotAllowed, with the reason, for a moderator who may not answer an appeal against
    this sanction."""
    target = role_of(tx, room_id=access.room_id, account_id=sanction.account_id)
    role = access.role or Role.MEMBER
    if may_answer(sanction, account_id=access.actor.id, role=role, target=target):
        return
    if access.actor.id == sanction.by_id:
        raise NotAllowed("Another moderator, or an owner, answers an appeal against your decision.")
    raise NotAllowed("An owner answers an appeal of a moderator.")


def why_not_answer(tx: Transaction, *, access: RoomAccess, case: CaseRow) -> str:
    """Why a moderator may not answer an appeal against a sanction, in a sentence; empty for one who
    may, and for a case about a message."""
    if case.sanction_appeal_id is None:
        return ""
    try:
        check_may_answer(tx, access=access, sanction=sanction_of(tx, case))
    except NotAllowed as error:
        return str(error)
    return ""


def may_answer(sanction: SanctionRow, *, account_id: int, role: Role, target: Role | None) -> bool:
    """Whether a moderator with this role may answer an appeal by somebody with the role `target`,
    None for no member: not who imposed the sanction, unless an owner did, as somebody must."""
    if account_id == sanction.by_id and role is not Role.OWNER:
        return False
    return account_id != sanction.account_id and outranks(role, target or Role.MEMBER)
