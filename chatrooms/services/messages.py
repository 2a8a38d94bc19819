"""Messages: posting, editing, deleting."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, PollRow
from chatrooms.domain.errors import InvalidInput, MessageUnavailable, NotAllowed, RateLimited
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_body, clean
from chatrooms.services import editing, limits, taking_back
from chatrooms.services.access import RoomAccess, access_any_message, access_message, access_room
from chatrooms.services.ai.following import following
from chatrooms.services.attaching import CheckedPoll
from chatrooms.services.event_log import lock_policy, lock_room
from chatrooms.services.moderation import slow_mode
from chatrooms.services.posting import NewMessage, store

MAX_FILES = 10
_NOT_YOURS = "You can only change your own messages."
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
    thread_id: int | None = None,
    files: Sequence[str] = (),
    sent_at: datetime | None = None,
    is_limited: bool = True,
    is_judged: bool = True,
) -> int:
    """Add a message at the end of the room, or of the thread of `thread_id`, and return its id.

    The same `client_id` of the same author stores one message, however often it is sent; the id
    returned is always that one's. `reply_to_id` is quoted. `files` are tokens of the author's
    uploads to this room; a message with files may have no text. `sent_at` is for imported history,
    of which nobody is told; `is_limited=False` spares the author's rate limit and
    `is_judged=False` moderation, both for importing only. In a room that holds messages, others see
    it once it is judged.

    Raises: InvalidInput, RateLimited, RoomUnavailable, RoomArchived, NotAllowed,
        MessageUnavailable if `reply_to_id` or `thread_id` is no message of this room.
    """
    new = NewMessage(
        client_id=_check_client_id(client_id),
        body=_check_body(deps, body, files),
        sent_at=sent_at or deps.clock(),
        reply_to_id=reply_to_id,
        thread_id=thread_id,
        files=tuple(files),
        is_news=sent_at is None,
        is_judged=is_judged,
    )
    return _post(deps, actor_id=actor_id, room_id=room_id, new=new, is_limited=is_limited)


def post_poll(deps: Deps, *, actor_id: int, room_id: int, client_id: str, poll: CheckedPoll) -> int:
    """Add a message with a checked poll at the end of the room; raises as `post_message`."""
    new = NewMessage(
        client_id=_check_client_id(client_id),
        body=poll.question,
        sent_at=deps.clock(),
        poll=poll,
    )
    return _post(deps, actor_id=actor_id, room_id=room_id, new=new)


def _post(
    deps: Deps, *, actor_id: int, room_id: int, new: NewMessage, is_limited: bool = True
) -> int:
    try:
        with transaction(deps.sessions) as tx:
            access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
            if not is_limited:
                return store(tx, deps, access=access, new=new).id
            _count(deps, actor_id=actor_id)
            with slow_mode.turn(deps, access=access):
                return store(tx, deps, access=access, new=new).id
    except (IntegrityError, RateLimited):
        # The same message was sent before. Asking the constraint costs only those who repeat.
        with transaction(deps.sessions) as tx:
            access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
            posted = _find_posted(tx, access=access, client_id=new.client_id)
            if posted is None:
                raise
            return posted


def _check_body(deps: Deps, body: str, files: Sequence[str]) -> str:
    if len(files) > MAX_FILES:
        raise InvalidInput(f"A message can have at most {MAX_FILES} files.")
    if files and not clean(body):
        return ""
    return check_body(body, max_chars=deps.settings.max_body_chars)


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


def find_posted(deps: Deps, *, author_id: int, client_id: str) -> int | None:
    """The id of an account's message with this client id. For the importer only."""
    with transaction(deps.sessions) as tx:
        row = tx.execute(_BY_CLIENT_ID, {"author": author_id, "client_id": client_id}).first()
    return row.id if row is not None else None


def edit_message(deps: Deps, *, actor_id: int, room_id: int, message_id: int, body: str) -> None:
    """Change the text of one's own message; what it said before is kept. Whom it did not mention
    before and mentions now is told. In a room that holds messages, others see the change once it
    is judged.

    Raises: NotAllowed for others' messages; MessageUnavailable if deleted; InvalidInput.
    """
    text = check_body(body, max_chars=deps.settings.max_body_chars)
    with transaction(deps.sessions) as tx:
        message = _own_message(tx, actor_id=actor_id, room_id=room_id, message_id=message_id)
        if tx.get(PollRow, message.id) is not None:
            raise NotAllowed("A poll cannot be changed once people may have voted.")
        if message.newest_text == text:
            return
        _count(deps, actor_id=actor_id)
        # The room's lock orders all changes to its messages; another tab may just have been first.
        policy = lock_policy(tx, room_id=room_id)
        tx.refresh(message)
        if message.deleted_at is not None:
            raise MessageUnavailable
        if message.withheld:
            raise NotAllowed("Moderation keeps this message back. It cannot be changed.")
        with following(tx, deps, [message]):
            editing.edit(tx, deps, message=message, text=text, policy=policy)


def _own_message(tx: Transaction, *, actor_id: int, room_id: int, message_id: int) -> Message:
    access, message = access_message(
        tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.POST
    )
    _check_own(access, message)
    return message


def _check_own(access: RoomAccess, message: Message) -> None:
    if message.author_id != access.actor.id:
        raise MessageUnavailable if message.is_held else NotAllowed(_NOT_YOURS)
    if message.deleted_at is not None:
        raise MessageUnavailable


def delete_message(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> None:
    """Take back one's own message: its place stays, its text is erased everywhere, and so is what
    hung on it: votes, reactions, poll, files. Its thread stays.

    One that moderation holds or keeps back can be taken back too: nobody decides about it then.

    Raises: NotAllowed for others' messages; MessageUnavailable if it is deleted already.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_any_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.TAKE_BACK
        )
        _check_own(access, message)
        # Under the lock it is certain whether a held message has taken its place meanwhile.
        lock_room(tx, room_id=room_id)
        tx.refresh(message)
        if message.deleted_at is not None:
            raise MessageUnavailable
        taking_back.take_back(tx, deps, message=message)
