"""The messages that somebody catches up on, as far as they may be cited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Message
from chatrooms.domain.assistant import Kind
from chatrooms.domain.catching_up import Since, parse_since
from chatrooms.domain.errors import TooLongAgo
from chatrooms.domain.memory import Passage
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_message, access_room
from chatrooms.services.ai import turns
from chatrooms.services.ai.cited import IS_CITABLE

LONGEST = timedelta(days=8)
"""How far back a day or week may begin: a week, and the time zones of the world."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What was said since then."""

    passages: tuple[Passage, ...]
    """The newest messages, the oldest of them first, each with its id."""
    total: int
    """How many messages there are in all."""
    revisions: Mapping[int, int]
    """Which text of each message this is, by message."""


def list_missed(deps: Deps, *, actor_id: int, room_id: int, since: Since, limit: int) -> Missed:
    """The messages of a room since then, replies in threads too, that everybody there sees.

    Raises: TooLongAgo; MessageUnavailable; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        begin: ColumnElement[bool]
        if since.moment is not None:
            if since.moment < deps.clock() - LONGEST:
                raise TooLongAgo
            begin = col(Message.sent_at) >= since.moment
        else:
            _, first = access_message(
                tx,
                actor_id=actor_id,
                room_id=room_id,
                message_id=since.message_id,
                to=Permission.READ,
            )
            begin = col(Message.position) >= first.position
        wanted = (
            col(Message.room_id) == access.room_id,
            begin,
            IS_CITABLE,
            col(Message.body) != "",
        )
        total = tx.execute(select(func.count()).select_from(Message).where(*wanted)).scalar_one()
        rows = tx.execute(
            select(
                col(Message.id),
                col(Message.revision),
                col(Message.body),
                col(Message.sent_at),
                col(Account.name),
            )
            .join(Account, col(Account.id) == col(Message.author_id))
            .where(*wanted)
            .order_by(col(Message.position).desc())
            .limit(limit)
        ).all()
    passages = tuple(Passage((r.id,), r.body, r.name, r.sent_at) for r in reversed(rows))
    return Missed(passages, total, {row.id: row.revision for row in rows})


def ask_catch_up(deps: Deps, *, actor_id: int, room_id: int, client_id: str, since: str) -> int:
    """Have the assistant tell the actor what was said in a room since then; the turn's id. `since`
    is what `str(Since(...))` gives. For whoever may read the room.

    Raises: InvalidInput, MessageUnavailable, StillAnswering; as `access_room`.
    """
    wanted = parse_since(since)
    list_missed(deps, actor_id=actor_id, room_id=room_id, since=wanted, limit=1)
    return turns.ask(
        deps,
        actor_id=actor_id,
        room_id=room_id,
        client_id=client_id,
        question=str(wanted),
        kind=Kind.CATCH_UP,
    )
