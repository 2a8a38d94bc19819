"""Following threads: beginning and ending to, and how far somebody has read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, Notification, ThreadFollow
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_message, access_thread


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: itself in the timeline, or as a reply in a thread."""

    root_id: int
    """The message of the timeline."""
    position: int
    is_reply: bool


def get_place(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> Place:
    """Where a message of a room that the actor may read stands. Raises: as `access_message`."""
    with transaction(deps.sessions) as tx:
        _, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        is_reply = message.thread_id is not None
        return Place(message.thread_id or message.id, message.position, is_reply)


def follow(tx: Transaction, deps: Deps, *, thread_id: int, account_ids: Iterable[int]) -> None:
    """Have accounts follow a thread from now on, except those that stopped to on purpose.

    The caller has checked that they may read the room and that `thread_id` is a message of its
    timeline.
    """
    found = _begin(tx, thread_id=thread_id, account_ids=account_ids)
    for account_id in found:
        tx.after_commit(lambda new_id=account_id: deps.bus.nudge_account(new_id, "threads"))


def _begin(tx: Transaction, *, thread_id: int, account_ids: Iterable[int]) -> Sequence[int]:
    wanted = sorted(set(account_ids))
    if not wanted:
        return ()
    return tx.scalars(
        insert(ThreadFollow)
        .values([{"thread_id": thread_id, "account_id": each} for each in wanted])
        .on_conflict_do_nothing()
        .returning(col(ThreadFollow.account_id))
    ).all()


def follow_by_replying(
    tx: Transaction, deps: Deps, *, thread_id: int, account_id: int, position: int
) -> None:
    """Have an account that replies at `position` follow the thread, having read it up to there,
    also if it had stopped to."""
    _set(tx, thread_id=thread_id, account_id=account_id, position=position, is_following=True)
    tx.after_commit(lambda: deps.bus.nudge_account(account_id, "threads"))


def _set(
    tx: Transaction, *, thread_id: int, account_id: int, position: int, is_following: bool
) -> None:
    row = insert(ThreadFollow).values(
        thread_id=thread_id,
        account_id=account_id,
        is_following=is_following,
        read_position=position,
    )
    tx.execute(
        row.on_conflict_do_update(
            index_elements=["thread_id", "account_id"],
            set_={
                "is_following": row.excluded.is_following,
                "read_position": func.greatest(
                    col(ThreadFollow.read_position), row.excluded.read_position
                ),
            },
        )
    )


def set_following(
    deps: Deps, *, actor_id: int, room_id: int, thread_id: int, is_following: bool
) -> None:
    """Follow a thread of a room that the actor may read, or stop to.

    Raises: MessageUnavailable if `thread_id` is no message of the room's timeline; as
        `access_message`.
    """
    with transaction(deps.sessions) as tx:
        _, root = access_thread(
            tx, actor_id=actor_id, room_id=room_id, thread_id=thread_id, to=Permission.READ
        )
        last = _last_position(tx, thread_id=root.id)
        _set(tx, thread_id=root.id, account_id=actor_id, position=last, is_following=is_following)
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "threads"))


def _last_position(tx: Transaction, *, thread_id: int) -> int:
    last = select(func.max(col(Message.position))).where(col(Message.thread_id) == thread_id)
    return tx.scalar(last) or 0


def mark_read(deps: Deps, *, actor_id: int, room_id: int, thread_id: int, position: int) -> None:
    """Note that the actor has read a thread up to a reply's position; what told of the thread is
    read with it. The mark only moves forward, and not beyond the thread's last reply.

    Raises: as `access_message`.
    """
    with transaction(deps.sessions) as tx:
        access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=thread_id, to=Permission.READ
        )
        reached = min(position, _last_position(tx, thread_id=thread_id))
        moved = tx.execute(
            update(ThreadFollow)
            .where(
                col(ThreadFollow.thread_id) == thread_id,
                col(ThreadFollow.account_id) == actor_id,
                col(ThreadFollow.read_position) < reached,
            )
            .values(read_position=reached)
            .returning(col(ThreadFollow.thread_id))
        ).first()
        told = tx.execute(
            update(Notification)
            .where(
                col(Notification.account_id) == actor_id,
                col(Notification.thread_id) == thread_id,
                col(Notification.read_at).is_(None),
            )
            .values(read_at=deps.clock())
            .returning(col(Notification.id))
        ).all()
        if moved:
            tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "threads"))
        if told:
            tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "notifications"))
