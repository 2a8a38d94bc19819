"""Messages: posting, editing, deleting."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Text, bindparam, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, MessageEdit, RoomEventRow
from chatrooms.domain import events
from chatrooms.domain.errors import InvalidInput, MessageUnavailable, NotAllowed, RateLimited
from chatrooms.domain.events import MessageDeleted, MessageEdited, Quote
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_body, excerpt
from chatrooms.services import limits
from chatrooms.services.access import RoomAccess, access_message, access_room, is_id
from chatrooms.services.event_log import append_event, append_message, lock_room, take_seq

_MAX_CLIENT_ID_CHARS = 64
_BY_CLIENT_ID = select(col(Message.id), col(Message.room_id)).where(
    col(Message.author_id) == bindparam("author"), col(Message.client_id) == bindparam("client_id")
)


def post_message(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    client_id: str,
    body: str,
    reply_to_id: int | None = None,
    sent_at: datetime | None = None,
    is_limited: bool = True,
) -> int:
    """Add a message at the end of the room and return its id.

    The same `client_id` of the same author stores one message, however often it is sent; the id
    returned is always that one's. `sent_at` is for imported history; `is_limited=False` spares
    the author's rate limit, for importing only.

    Raises: InvalidInput, RateLimited, RoomUnavailable, RoomArchived, NotAllowed,
        MessageUnavailable if `reply_to_id` is no message of this room.
    """
    text = check_body(body, max_chars=deps.settings.max_body_chars)
    key = _check_client_id(client_id)
    try:
        with transaction(deps.sessions) as tx:
            access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
            if is_limited:
                _count(deps, actor_id=actor_id)
            quote = _quote(tx, access=access, reply_to_id=reply_to_id)
            return _insert(tx, deps, access, key, text, quote, sent_at or deps.clock())
    except (IntegrityError, RateLimited):
        # The same message was sent before. Asking the constraint costs only those who repeat.
        with transaction(deps.sessions) as tx:
            access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
            posted = _find_posted(tx, access=access, client_id=key)
            if posted is None:
                raise
            return posted


def _check_client_id(client_id: object) -> str:
    if (
        not isinstance(client_id, str)
        or not 1 <= len(client_id) <= _MAX_CLIENT_ID_CHARS
        or not client_id.isascii()
        or not client_id.isprintable()
    ):
        raise InvalidInput("This message has no usable id. Please reload the page.")
    return client_id


def _find_posted(tx: Transaction, *, access: RoomAccess, client_id: str) -> int | None:
    row = tx.execute(_BY_CLIENT_ID, {"author": access.actor.id, "client_id": client_id}).first()
    if row is None:
        return None
    if row.room_id != access.room_id:
        raise InvalidInput("This message was already sent to another room.")
    return row.id


def _count(deps: Deps, *, actor_id: int) -> None:
    limits.count(
        deps,
        what="messages",
        whose=str(actor_id),
        limit=deps.settings.messages_per_minute,
        per=timedelta(minutes=1),
        fail_open=True,
    )


def _quote(tx: Transaction, *, access: RoomAccess, reply_to_id: int | None) -> Quote | None:
    if not reply_to_id:
        return None
    if not is_id(reply_to_id):
        raise MessageUnavailable
    # Under the room's lock, so that a message taken back just now is not quoted after all.
    lock_room(tx, room_id=access.room_id)
    row = tx.execute(
        select(col(Message.id), col(Message.body), col(Message.deleted_at), col(Account.name))
        .join(Account, col(Account.id) == col(Message.author_id))
        .where(col(Message.id) == reply_to_id, col(Message.room_id) == access.room_id)
    ).one_or_none()
    if row is None:
        raise MessageUnavailable
    return Quote(
        id=row.id,
        author_name=row.name,
        excerpt=excerpt(row.body),
        is_deleted=row.deleted_at is not None,
    )


def _insert(
    tx: Transaction,
    deps: Deps,
    access: RoomAccess,
    client_id: str,
    body: str,
    quote: Quote | None,
    sent_at: datetime,
) -> int:
    message = events.Message(
        id=0,
        position=0,
        client_id=client_id,
        author=access.actor,
        body=body,
        sent_at=sent_at,
        quote=quote,
    )
    return append_message(
        tx,
        deps,
        room_id=access.room_id,
        message=message,
        reply_to_id=quote.id if quote else None,
    )


def find_posted(deps: Deps, *, author_id: int, client_id: str) -> int | None:
    """The id of an account's message with this client id. For the importer only."""
    with transaction(deps.sessions) as tx:
        row = tx.execute(_BY_CLIENT_ID, {"author": author_id, "client_id": client_id}).first()
    return row.id if row is not None else None


def edit_message(deps: Deps, *, actor_id: int, room_id: int, message_id: int, body: str) -> None:
    """Change the text of one's own message; what it said before is kept.

    Raises: NotAllowed for others' messages; MessageUnavailable if deleted; InvalidInput.
    """
    text = check_body(body, max_chars=deps.settings.max_body_chars)
    with transaction(deps.sessions) as tx:
        message = _own_message(tx, actor_id=actor_id, room_id=room_id, message_id=message_id)
        if message.body == text:
            return
        _count(deps, actor_id=actor_id)
        seq = _take_seq_for(tx, message=message)
        now = deps.clock()
        tx.add(MessageEdit(message_id=message.id, seq=seq, body=message.body, replaced_at=now))
        message.body = text
        message.edited_at = now
        event = MessageEdited(message_id=message.id, body=text, edited_at=now)
        append_event(tx, deps, room_id=room_id, seq=seq, event=event)


def _own_message(tx: Transaction, *, actor_id: int, room_id: int, message_id: int) -> Message:
    access, message = access_message(
        tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.POST
    )
    if message.author_id != access.actor.id:
        raise NotAllowed("You can only change your own messages.")
    if message.deleted_at is not None:
        raise MessageUnavailable
    return message


def _take_seq_for(tx: Transaction, *, message: Message) -> int:
    # The room's lock orders all changes to its messages; another tab may just have been first.
    seq = take_seq(tx, room_id=message.room_id)
    tx.refresh(message)
    if message.deleted_at is not None:
        raise MessageUnavailable
    return seq


def delete_message(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> None:
    """Take back one's own message: its place stays, its text is erased everywhere.

    Raises: NotAllowed for others' messages; MessageUnavailable if it is deleted already.
    """
    with transaction(deps.sessions) as tx:
        message = _own_message(tx, actor_id=actor_id, room_id=room_id, message_id=message_id)
        seq = _take_seq_for(tx, message=message)
        message.body = ""
        message.edited_at = None
        message.deleted_at = deps.clock()
        _erase_from_log(tx, message=message)
        event = MessageDeleted(message_id=message.id)
        append_event(tx, deps, room_id=room_id, seq=seq, event=event)


def _erase_from_log(tx: Transaction, *, message: Message) -> None:
    """Take the text out of the stored events too. Folding them still ends in the same view,
    because the deletion comes after them."""
    edits = tx.scalars(
        delete(MessageEdit)
        .where(col(MessageEdit.message_id) == message.id)
        .returning(col(MessageEdit.seq))
    ).all()
    replies = tx.scalars(
        select(col(Message.position)).where(col(Message.reply_to_id) == message.id)
    ).all()
    _blank(tx, message.room_id, [message.position], ["message", "body"])
    _blank(tx, message.room_id, edits, ["body"])
    _blank(tx, message.room_id, replies, ["message", "quote", "excerpt"])


def _blank(tx: Transaction, room_id: int, seqs: Sequence[int], path: list[str]) -> None:
    blanked = func.jsonb_set(col(RoomEventRow.payload), cast(path, ARRAY(Text)), cast("", JSONB))
    tx.execute(
        update(RoomEventRow)
        .where(col(RoomEventRow.room_id) == room_id, col(RoomEventRow.seq).in_(seqs))
        .values(payload=blanked)
        .execution_options(synchronize_session=False)
    )
