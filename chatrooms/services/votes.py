"""Votes on messages: up, down, taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, Vote
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.events import VoteChanged
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.services.access import access_room
from chatrooms.services.event_log import record
from chatrooms.services.marking import access_to_mark

TOP_PERIOD = timedelta(days=7)
MAX_TOP = 50


def vote(
    deps: Deps, *, actor_id: int, room_id: int, message_id: int, value: int, from_sid: str = ""
) -> None:
    """Vote a message up (1) or down (-1), or take the vote back (0). One vote per account: another
    one replaces it. Voting the same again changes nothing.

    The actor's other tabs are told; the one on the socket `from_sid` knows already.

    Raises: InvalidInput; MessageUnavailable if it is deleted; RateLimited; as `access_message`.
    """
    if isinstance(value, bool) or value not in (1, 0, -1):
        raise InvalidInput("A vote is up, down, or taken back.")
    with transaction(deps.sessions) as tx:
        access, message = access_to_mark(
            tx, deps, actor_id=actor_id, room_id=room_id, message_id=message_id
        )
        change = value - _current(tx, message_id=message.id, account_id=access.actor.id)
        if not change:
            return
        _store(tx, message_id=message.id, account_id=access.actor.id, value=value)
        score = tx.execute(
            update(Message)
            .where(col(Message.id) == message.id)
            .values(score=col(Message.score) + change)
            .returning(col(Message.score))
            .execution_options(synchronize_session=False)
        ).scalar_one()
        event = VoteChanged(message_id=message.id, score=score)
        record(tx, deps, room_id=access.room_id, event=event)
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "marks", from_sid=from_sid))


def _current(tx: Transaction, *, message_id: int, account_id: int) -> int:
    found = tx.execute(
        select(col(Vote.value)).where(
            col(Vote.message_id) == message_id, col(Vote.account_id) == account_id
        )
    ).scalar_one_or_none()
    return found or 0


def _store(tx: Transaction, *, message_id: int, account_id: int, value: int) -> None:
    if not value:
        tx.execute(
            delete(Vote).where(
                col(Vote.message_id) == message_id, col(Vote.account_id) == account_id
            )
        )
        return
    row = insert(Vote).values(message_id=message_id, account_id=account_id, value=value)
    tx.execute(
        row.on_conflict_do_update(
            index_elements=["message_id", "account_id"], set_={"value": value}
        )
    )


@dataclass(frozen=True, slots=True)
class TopMessage:
    """A message that people voted up."""

    id: int
    author: str
    excerpt: str
    score: int
    sent_at: datetime
    thread_id: int | None
    """The message in whose thread it is a reply."""


def list_top(deps: Deps, *, actor_id: int, room_id: int, limit: int = MAX_TOP) -> list[TopMessage]:
    """The room's messages of the last seven days that have a score above zero, replies in threads
    included, best first, of equal ones the newest. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        since = deps.clock() - TOP_PERIOD
        return find_top(tx, room_id=access.room_id, since=since, limit=limit)


def find_top(tx: Transaction, *, room_id: int, since: datetime, limit: int) -> list[TopMessage]:
    """The room's messages since then that have a score above zero and that everybody in the room
    reads, best first, of equal ones the newest; at most 50. The caller has asked for rights."""
    rows = tx.execute(
        select(
            col(Message.id),
            col(Account.name),
            col(Message.body),
            col(Message.score),
            col(Message.sent_at),
            col(Message.thread_id),
        )
        .join(Account, col(Account.id) == col(Message.author_id))
        .where(
            col(Message.room_id) == room_id,
            col(Message.score) > 0,
            col(Message.sent_at) > since,
            col(Message.position).is_not(None),
            col(Message.deleted_at).is_(None),
            col(Message.withheld) == "",
        )
        .order_by(col(Message.score).desc(), col(Message.position).desc())
        .limit(min(limit, MAX_TOP))
    ).all()
    return [
        TopMessage(r.id, r.name, excerpt(r.body), r.score, r.sent_at, r.thread_id) for r in rows
    ]
