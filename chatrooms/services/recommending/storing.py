"""Putting new recommendations in the place of the old ones."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Recommendation, Room, table_of
from chatrooms.domain.recommending import Reason
from chatrooms.services.recommending.choosing import Chosen
from chatrooms.services.recommending.requests import Due, finish

_STORED = table_of(Recommendation)


def store(
    deps: Deps,
    *,
    due: Sequence[Due],
    made: Mapping[int, Sequence[Chosen]],
    model: str,
) -> list[int]:
    """Store what was made for these people in place of what they had, and have their tabs show it.
    They are due no more, unless they asked again meanwhile.

    What is as before stays, in the words and the order that a language model gave it.

    Args: `model`, what chose.
    Returns: the people for whom it changed.
    """
    with transaction(deps.sessions) as tx:
        ids = sorted(made)
        # Two workers that make the same ones replace each other instead of failing.
        people = set(
            tx.scalars(
                select(col(Account.id))
                .where(col(Account.id).in_(ids), col(Account.deactivated_at).is_(None))
                .order_by(col(Account.id))
                .with_for_update(key_share=True)
            )
        )
        wanted = {each.room_id for chosen in made.values() for each in chosen}
        there = set(
            tx.scalars(
                select(col(Room.id)).where(col(Room.id).in_(wanted)).with_for_update(key_share=True)
            )
        )
        before = _stored(tx, ids)
        changed = [a for a in ids if before.get(a, []) != _plain(made[a], there)]
        tx.execute(delete(_STORED).where(_STORED.c.account_id.in_(changed)))
        now = deps.clock()
        rows: list[dict[str, Any]] = [
            {
                "account_id": account_id,
                "rank": rank,
                "room_id": each.room_id,
                "reason": each.reason.model_dump(exclude_defaults=True),
                "model": model,
                "made_at": now,
            }
            for account_id in changed
            if account_id in people
            for rank, each in enumerate(made[account_id], start=1)
            if each.room_id in there
        ]
        if rows:
            tx.connection().execute(insert(_STORED), rows)
        finish(tx, due)
        if changed:
            tx.after_commit(lambda: deps.bus.nudge_accounts(changed, "recommended"))
    return changed


Plain = list[tuple[int, str]]
"""Rooms and what each rests on, without any order or words of a language model."""


def _stored(tx: Transaction, account_ids: Sequence[int]) -> dict[int, Plain]:
    found: dict[int, Plain] = {}
    for account_id, room_id, stored in tx.execute(
        select(_STORED.c.account_id, _STORED.c.room_id, _STORED.c.reason).where(
            _STORED.c.account_id.in_(account_ids)
        )
    ):
        reason = Reason.model_validate(stored).model_copy(update={"said": ""})
        found.setdefault(account_id, []).append((room_id, reason.model_dump_json()))
    return {account_id: sorted(plain) for account_id, plain in found.items()}


def _plain(chosen: Sequence[Chosen], there: Set[int]) -> Plain:
    return sorted(
        (each.room_id, each.reason.model_dump_json()) for each in chosen if each.room_id in there
    )
