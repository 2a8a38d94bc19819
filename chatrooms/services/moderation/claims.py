"""Who looks at which case, so that two moderators do not decide the same."""

from sqlalchemy import false, or_, true, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import CaseRow
from chatrooms.services.access import access_case
from chatrooms.services.moderation.cases import nudge_staff
from chatrooms.services.moderation.queue import LEASE
from chatrooms.services.moderation.sanction_answers import why_not_answer


def claim(deps: Deps, *, actor_id: int, case_id: int, leaving: int = 0) -> bool:
    """Note for two minutes that the actor looks at a case, and no more at the case `leaving`;
    whether it is the actor's now. Claiming again prolongs. Another's claim stands until it is over:
    it is there to be seen, deciding is not bound to it. Who may not answer an appeal against a
    sanction does not keep others from it. For moderators of the room.

    Raises: CaseUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access, case = access_case(tx, actor_id=actor_id, case_id=case_id)
        may_take = not why_not_answer(tx, access=access, case=case)
        me, over = access.actor.id, deps.clock() - LEASE
        was_mine = case.claimed_by == me and case.claimed_at is not None and case.claimed_at > over
        taken = tx.execute(
            update(CaseRow)
            .where(
                col(CaseRow.id) == case.id,
                col(CaseRow.closed_at).is_(None),
                true() if may_take else false(),
                or_(
                    col(CaseRow.claimed_by).is_(None),
                    col(CaseRow.claimed_by) == me,
                    col(CaseRow.claimed_at) < over,
                ),
            )
            .values(claimed_by=me, claimed_at=deps.clock())
            .returning(col(CaseRow.id))
        ).first()
        changed = _let_go(tx, actor_id=me, case_id=leaving) if leaving != case.id else set[int]()
        if taken and not was_mine:
            changed.add(case.room_id)
        for room_id in sorted(changed):
            nudge_staff(tx, deps, room_id=room_id)
        return taken is not None


def _let_go(tx: Transaction, *, actor_id: int, case_id: int) -> set[int]:
    return set(
        tx.scalars(
            update(CaseRow)
            .where(
                col(CaseRow.id) == case_id,
                col(CaseRow.claimed_by) == actor_id,
                col(CaseRow.closed_at).is_(None),
            )
            .values(claimed_by=None, claimed_at=None)
            .returning(col(CaseRow.room_id))
        )
    )
