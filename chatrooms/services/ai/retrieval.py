"""Finds the messages of a room that a question is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Message
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.ai.cited import IS_CITABLE

_ENGLISH: Any = text("'english'::regconfig")


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found."""

    message_id: int
    author_name: str
    text: str
    sent_at: datetime
    is_neighbour: bool
    """Whether it only stands beside one that was found."""
    thread_id: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found."""

    hits: tuple[Hit, ...] = ()
    """In the order of the room."""
    support: float = 0.0
    """How sure it is that they hold the answer, from 0 to 1."""


def retrieve(
    deps: Deps, *, actor_id: int, room_id: int, question: str, limit: int = 12
) -> Retrieved:
    """The messages of a room that share most words with a question, the newest first among equals.
    Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        asked = tx.scalar(select(func.tsvector_to_array(func.to_tsvector(_ENGLISH, question))))
        if not asked:
            return Retrieved()
        wanted = func.to_tsquery(text("'simple'::regconfig"), " | ".join(map(_quoted, asked)))
        rank = func.ts_rank_cd(col(Message.search), wanted, 1).label("rank")
        lexemes = func.tsvector_to_array(col(Message.search)).label("lexemes")
        rows = tx.execute(
            select(
                col(Message.id),
                col(Message.body),
                col(Message.sent_at),
                col(Message.thread_id),
                col(Account.name),
                rank,
                lexemes,
            )
            .join(Account, col(Account.id) == col(Message.author_id))
            .where(
                col(Message.room_id) == access.room_id,
                IS_CITABLE,
                col(Message.search).op("@@")(wanted),
            )
            .order_by(rank.desc(), col(Message.sent_at).desc())
            .limit(limit)
        ).all()
    shared = max((len(set(asked) & set(row.lexemes)) for row in rows), default=0)
    hits = [
        Hit(row.id, row.name, row.body, row.sent_at, False, row.thread_id, row.rank) for row in rows
    ]
    return Retrieved(tuple(sorted(hits, key=lambda hit: hit.message_id)), shared / len(asked))


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
