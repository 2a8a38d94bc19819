"""Who is told of an answer: the author of what is quoted, and those who follow a thread."""

from collections.abc import Collection

from sqlalchemy import and_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Membership, Message, Room, ThreadFollow
from chatrooms.domain import events
from chatrooms.domain.events import Being
from chatrooms.domain.notifications import Kind
from chatrooms.services import threads
from chatrooms.services.bans import is_banned
from chatrooms.services.notify import notify


def tell_of_answer(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int,
    message: events.Message,
    is_news: bool = True,
    told: Collection[int] = (),
) -> None:
    """Have the author of a stored message follow the thread that it is in, and tell those whom it
    answers, as far as they may read the room. Unless `is_news` nobody is told: it is history.

    One account is told once of one message: as author rather than as follower, and not at all if
    it was `told` already.
    """
    quote, root_id, told = message.quote, message.thread_id, {message.author.id, *told}
    if root_id is not None:
        _join_thread(tx, deps, root_id=root_id, message=message)
    if not is_news:
        return
    if quote is not None and not quote.is_deleted and quote.author_id not in told:
        told.add(quote.author_id)
        authors = readers_of(tx, room_id=room_id, account_ids=[quote.author_id])
        _notify(tx, deps, room_id, message, Kind.REPLY, f"message:{quote.id}", authors)
    if root_id is not None:
        _tell_followers(tx, deps, room_id=room_id, message=message, root_id=root_id, told=told)


def _join_thread(tx: Transaction, deps: Deps, *, root_id: int, message: events.Message) -> None:
    author_id = tx.execute(
        select(col(Message.author_id)).where(col(Message.id) == root_id)
    ).scalar_one()
    if author_id != message.author.id:
        threads.follow(tx, deps, thread_id=root_id, account_ids=[author_id])
    threads.follow_by_replying(
        tx, deps, thread_id=root_id, account_id=message.author.id, position=message.position
    )


def _tell_followers(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int,
    message: events.Message,
    root_id: int,
    told: Collection[int],
) -> None:
    rows = tx.execute(
        select(col(ThreadFollow.account_id), col(Message.author_id))
        .join(Message, col(Message.id) == col(ThreadFollow.thread_id))
        .where(col(ThreadFollow.thread_id) == root_id, col(ThreadFollow.is_following))
    ).all()
    followers = [row.account_id for row in rows if row.account_id not in told]
    readers = readers_of(tx, room_id=room_id, account_ids=followers)
    authors = readers & {row.author_id for row in rows}
    group = f"thread:{root_id}"
    _notify(tx, deps, room_id, message, Kind.REPLY, group, authors)
    _notify(tx, deps, room_id, message, Kind.THREAD_REPLY, group, readers - authors)


def _notify(
    tx: Transaction,
    deps: Deps,
    room_id: int,
    message: events.Message,
    kind: Kind,
    group_key: str,
    account_ids: Collection[int],
) -> None:
    notify(
        tx,
        deps,
        account_ids=account_ids,
        kind=kind,
        group_key=group_key,
        by_id=message.author.id,
        room_id=room_id,
        message_id=message.id,
        thread_id=message.thread_id,
    )


def readers_of(tx: Transaction, *, room_id: int, account_ids: Collection[int]) -> set[int]:
    """Those of the accounts that may read the room and want to hear of it."""
    if not account_ids:
        return set()
    is_member = and_(
        col(Membership.room_id) == col(Room.id), col(Membership.account_id) == col(Account.id)
    )
    return set(
        tx.scalars(
            select(col(Account.id))
            .join(Room, col(Room.id) == room_id)
            .outerjoin(Membership, is_member)
            .where(
                col(Account.id).in_(account_ids),
                col(Account.deactivated_at).is_(None),
                col(Account.kind) == Being.PERSON.value,
                col(Membership.role).is_not(None) | ~col(Room.is_private),
                ~is_banned(room_id=room_id, account_id=col(Account.id)),
                col(Membership.notify).is_distinct_from("nothing"),
            )
        ).all()
    )
