"""Whose recommendations are due. One row per person, however often is asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, RecommendationRequest, Visit, table_of
from chatrooms.domain.events import Being
from chatrooms.services.waking import RECOMMENDING, wake_after_commit

LEASE = timedelta(minutes=5)
"""After this a request that a worker took counts as lost."""
_ACTIVE_FOR = timedelta(days=30)
"""Who was away for longer gets new recommendations when coming back."""
_REQUESTS = table_of(RecommendationRequest)


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody whose recommendations a worker is to make now."""

    account_id: int
    asked_at: datetime
    is_nightly: bool


def ask(tx: Transaction, deps: Deps, *, account_ids: Collection[int]) -> None:
    """Have the recommendations of these people made soon after the commit. Not for handlers: the
    caller acts for the people."""
    if not account_ids:
        return
    now = deps.clock()
    rows = insert(_REQUESTS).values(
        [{"account_id": each, "asked_at": now} for each in sorted(set(account_ids))]
    )
    tx.execute(
        rows.on_conflict_do_update(
            index_elements=["account_id"], set_={"asked_at": now, "is_nightly": False}
        )
    )
    wake_after_commit(tx, deps, RECOMMENDING)


def ask_all(deps: Deps) -> None:
    """Have the recommendations of everybody made who was here lately. For beat."""
    since = deps.clock() - _ACTIVE_FOR
    visited = select(col(Visit.account_id)).where(col(Visit.last_at) > since)
    with transaction(deps.sessions) as tx:
        people = select(col(Account.id), literal(deps.clock()), literal(True)).where(
            col(Account.kind) == Being.PERSON,
            col(Account.deactivated_at).is_(None),
            or_(
                col(Account.last_seen_at) > since,
                col(Account.created_at) > since,
                col(Account.id).in_(visited),
            ),
        )
        rows = insert(_REQUESTS).from_select(["account_id", "asked_at", "is_nightly"], people)
        tx.execute(rows.on_conflict_do_nothing())
        wake_after_commit(tx, deps, RECOMMENDING)


def take(deps: Deps, *, limit: int) -> list[Due]:
    """Up to `limit` people whose recommendations are due, those first who wait for them. Nobody
    else takes them for as long as `LEASE`."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        free = (
            select(_REQUESTS.c.account_id)
            .where(or_(_REQUESTS.c.taken_until.is_(None), _REQUESTS.c.taken_until < now))
            .order_by(_REQUESTS.c.is_nightly, _REQUESTS.c.asked_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = tx.execute(
            update(_REQUESTS)
            .where(_REQUESTS.c.account_id.in_(free))
            .values(taken_until=now + LEASE)
            .returning(_REQUESTS.c.account_id, _REQUESTS.c.asked_at, _REQUESTS.c.is_nightly)
        ).all()
    return [Due(*row) for row in rows]


def finish(tx: Transaction, due: Sequence[Due]) -> None:
    """These are made. Who asked again meanwhile is due again."""
    if not due:
        return
    made = [(each.account_id, each.asked_at) for each in due]
    tx.execute(
        delete(_REQUESTS).where(tuple_(_REQUESTS.c.account_id, _REQUESTS.c.asked_at).in_(made))
    )
    _free(tx, due)


def give_back(deps: Deps, due: Sequence[Due]) -> None:
    """These could not be made: anybody may take them."""
    with transaction(deps.sessions) as tx:
        _free(tx, due)


def _free(tx: Transaction, due: Sequence[Due]) -> None:
    tx.execute(
        update(_REQUESTS)
        .where(_REQUESTS.c.account_id.in_([each.account_id for each in due]))
        .values(taken_until=None)
    )
