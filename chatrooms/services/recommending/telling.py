"""Having a language model say what is recommended: what it is given, and what becomes of what it
says. It may put rooms first and word reasons; rooms stay those that were chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import bindparam, select, update

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Recommendation, Room, table_of
from chatrooms.services.recommending.reading import list_true

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=10)
"""How often a model is asked for one person at most."""
_MOST = 8
_STORED, _ROOMS = table_of(Recommendation), table_of(Room)


@dataclass(frozen=True, slots=True)
class Told:
    """A recommended room, as a language model is told of it."""

    room_id: int
    name: str
    topic: str
    description: str
    tags: tuple[str, ...]
    reason: str
    """Why, as it would be said without the model."""
    names: tuple[str, ...]
    """What the reason rests on: any wording of it names one of these. None if it must stay."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """What a model is to put into words, and which recommendations these are."""

    account_id: int
    made_at: datetime
    rooms: tuple[Told, ...]


def begin(deps: Deps, *, account_id: int) -> Retelling | None:
    """What a model may be told of this person's recommendations: rooms that language models may
    read. None if there is nothing to put in order, if the person wants to see nothing of the
    assistant, or if a model was just asked. For workers."""
    with transaction(deps.sessions) as tx:
        account = tx.get(Account, account_id)
        if account is None or account.deactivated_at is not None or account.hides_assistant:
            return None
        found = list_true(tx, deps, account_id=account_id)[:_MOST]
        ids = [each.room_id for each in found]
        readable = {
            row.id: row
            for row in tx.execute(
                select(_ROOMS.c.id, _ROOMS.c.description, _ROOMS.c.tags).where(
                    _ROOMS.c.id.in_(ids), _ROOMS.c.has_assistant
                )
            )
        }
        made_at = tx.scalar(select(_STORED.c.made_at).where(_STORED.c.account_id == account_id))
    rooms = tuple(
        Told(
            each.room_id,
            each.name,
            each.topic,
            readable[each.room_id].description,
            tuple(readable[each.room_id].tags),
            each.reason if each.may_be_told else "",
            each.names if each.may_be_told else (),
        )
        for each in found
        if each.room_id in readable
    )
    if len(rooms) < 2 or made_at is None or not _is_time(deps, account_id):
        return None
    return Retelling(account_id, made_at, rooms)


def _is_time(deps: Deps, account_id: int) -> bool:
    try:
        return bool(deps.redis.set(f"chatrooms:retold:{account_id}", 1, nx=True, px=EVERY))
    except RedisError as error:
        log.warning("retelling_not_counted", error=type(error).__name__)
        return False


def retell(
    deps: Deps, retelling: Retelling, *, said: Sequence[tuple[int, str]], model: str
) -> None:
    """Put the rooms that a model named first, in its order and with its reasons; those that it left
    out come after them as they were. Nothing happens if there are newer recommendations.

    Args: `said`, a room and why; empty for the reason that was there.
    """
    with transaction(deps.sessions) as tx:
        rows = tx.execute(
            select(_STORED)
            .where(
                _STORED.c.account_id == retelling.account_id,
                _STORED.c.made_at == retelling.made_at,
            )
            .order_by(_STORED.c.rank)
            .with_for_update()
        ).all()
        words = dict(said)
        places = {room_id: place for place, room_id in enumerate(words)}
        order = sorted(rows, key=lambda row: (places.get(row.room_id, len(places)), row.rank))
        changes = [
            {
                "account": row.account_id,
                "at": rank,
                "room_id": row.room_id,
                "reason": _with_words(row.reason, words.get(row.room_id, "")),
                "model": f"{row.model} + {model}",
            }
            for rank, row in enumerate(order, start=1)
        ]
        if not changes:
            return
        tx.connection().execute(
            update(_STORED).where(
                _STORED.c.account_id == bindparam("account"), _STORED.c.rank == bindparam("at")
            ),
            changes,
        )
        tx.after_commit(lambda: deps.bus.nudge_account(retelling.account_id, "recommended"))


def _with_words(reason: dict[str, Any], said: str) -> dict[str, Any]:
    return reason | {"said": said} if said else reason
