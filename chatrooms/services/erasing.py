"""What a deleted message leaves behind: its place, and nothing of what it said or showed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import (
    AttachmentRow,
    Message,
    MessageEdit,
    Notification,
    PollRow,
    ReactionRow,
    RoomEventRow,
    SavedMessage,
    Vote,
)
from chatrooms.domain.events import MessageDeleted
from chatrooms.services.details import threads_of
from chatrooms.services.files import store_of

_HANGING_ON: tuple[Any, ...] = (
    col(Vote.message_id),
    col(ReactionRow.message_id),
    col(PollRow.message_id),
    col(SavedMessage.message_id),
)


def erase(tx: Transaction, deps: Deps, *, message: Message) -> MessageDeleted:
    """Blank a message, take away what hangs on it, and give the event that says so.

    The caller holds the room's lock and has checked the right.
    """
    message.body = ""
    message.mentions = []
    message.edited_at = message.pinned_at = None
    message.score = 0
    message.has_poll = False
    message.withheld, message.judge_at, message.hold_until = "", None, None
    message.held_edit = message.held_edit_at = None
    message.deleted_at = deps.clock()
    tx.flush()
    tx.execute(
        update(Notification)
        .where(col(Notification.message_id) == message.id, col(Notification.detail) != "")
        .values(detail="")
    )
    for message_id in _HANGING_ON:
        tx.execute(delete(message_id.class_).where(message_id == message.id))
    _erase_files(tx, deps, message=message)
    _erase_from_log(tx, message=message)
    root_id = message.thread_id
    if root_id is None or message.is_held:
        # A held reply is not counted in its thread yet.
        return MessageDeleted(message_id=message.id)
    tx.execute(
        update(Message)
        .where(col(Message.id) == root_id)
        .values(reply_count=col(Message.reply_count) - 1)
        .execution_options(synchronize_session=False)
    )
    thread = threads_of(tx, [root_id]).get(root_id)
    return MessageDeleted(message_id=message.id, thread_id=root_id, thread=thread)


def _erase_files(tx: Transaction, deps: Deps, *, message: Message) -> None:
    """Nobody gets the files from the commit on; then they leave the disk too."""
    tokens = tx.scalars(
        delete(AttachmentRow)
        .where(col(AttachmentRow.message_id) == message.id)
        .returning(col(AttachmentRow.token))
    ).all()
    if tokens:
        tx.after_commit(lambda: store_of(deps).remove(tokens))


def _erase_from_log(tx: Transaction, *, message: Message) -> None:
    """Take the text out of the stored events too. Folding them still ends in the same view,
    because the deletion comes after them."""
    edits = tx.scalars(
        delete(MessageEdit)
        .where(col(MessageEdit.message_id) == message.id)
        .returning(col(MessageEdit.seq))
    ).all()
    replies = tx.execute(
        select(col(Message.id), col(Message.position)).where(
            col(Message.reply_to_id) == message.id, col(Message.position).is_not(None)
        )
    ).all()
    room_id = message.room_id
    whole = [message.position, *_restored(tx, room_id, [message.id])]
    quoting = [
        *(reply.position for reply in replies),
        *_restored(tx, room_id, [reply.id for reply in replies]),
    ]
    _replace(tx, room_id, whole, ["message", "body"], "")
    _replace(tx, room_id, whole, ["message", "mentions"], [])
    _replace(tx, room_id, whole, ["message", "poll"], None)
    _replace(tx, room_id, whole, ["message", "attachments"], [])
    _replace(tx, room_id, edits, ["body"], "")
    _replace(tx, room_id, edits, ["mentions"], [])
    _replace(tx, room_id, quoting, ["message", "quote", "excerpt"], "")


def _restored(tx: Transaction, room_id: int, message_ids: Sequence[int]) -> Sequence[int]:
    """The events that brought these messages back, each with all that the message said."""
    if not message_ids:
        return ()
    of_message: ColumnElement[Any] = literal_column("payload #> '{message,id}'", JSONB)
    return tx.scalars(
        select(col(RoomEventRow.seq)).where(
            col(RoomEventRow.room_id) == room_id,
            col(RoomEventRow.kind) == "message_restored",
            of_message.in_([cast(each, JSONB) for each in message_ids]),
        )
    ).all()


def _replace(
    tx: Transaction, room_id: int, seqs: Sequence[int], path: list[str], value: Any
) -> None:
    if not seqs:
        return
    replaced = func.jsonb_set(
        col(RoomEventRow.payload), cast(path, ARRAY(Text)), cast(value, JSONB(none_as_null=False))
    )
    tx.execute(
        update(RoomEventRow)
        .where(col(RoomEventRow.room_id) == room_id, col(RoomEventRow.seq).in_(seqs))
        .values(payload=replaced)
        .execution_options(synchronize_session=False)
    )
