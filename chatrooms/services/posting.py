"""Storing a new message with what belongs to it, in the transaction of its event."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import (
    Account,
    Message,
    table_of,
)
from chatrooms.domain import events
from chatrooms.domain.errors import MessageUnavailable
from chatrooms.domain.events import MessagePosted, Quote
from chatrooms.domain.mentions import mentions_in
from chatrooms.domain.text import excerpt
from chatrooms.services.access import RoomAccess, is_id
from chatrooms.services.ai.index_requests import note_changed
from chatrooms.services.answers import tell_of_answer
from chatrooms.services.attaching import CheckedPoll, add_agent_output, add_files, add_poll
from chatrooms.services.details import agent_notes_of, attachments_of, polls_of
from chatrooms.services.event_log import (
    append_event,
    append_message,
    lock_room,
    take_places,
    take_seq,
)
from chatrooms.services.mentions import Meant, find_meant, tell_mentioned
from chatrooms.services.moderation import waiting
from chatrooms.services.publishing import count_reply
from chatrooms.services.waking import JUDGING, wake_after_commit

_INSERT = insert(table_of(Message)).returning(table_of(Message).c.id)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that was checked and waits to be stored."""

    client_id: str
    body: str
    sent_at: datetime
    reply_to_id: int | None = None
    """The message it quotes."""
    thread_id: int | None = None
    """The message it replies to in a thread."""
    poll: CheckedPoll | None = None
    files: tuple[str, ...] = ()
    """Tokens of files that the author uploaded to this room."""
    is_news: bool = True
    """Whether people are told of it; imported history is none."""
    is_judged: bool = True
    """Whether moderation looks at it before it counts as approved."""
    agent_output_id: int | None = None
    """What of the room's agent it shows."""

    @property
    def is_plain(self) -> bool:
        """Whether it is a line of the timeline and no more."""
        has_details = self.poll or self.files or self.agent_output_id
        return self.thread_id is None and not has_details


def store(tx: Transaction, deps: Deps, *, access: RoomAccess, new: NewMessage) -> events.Message:
    """Store a message and its event. The caller has checked the right to post.

    In a room that holds messages until they are judged, it is stored without a place and without an
    event: `position` is 0. `publishing.publish` does the rest.

    Raises: MessageUnavailable if what it quotes or replies to is no message of this room;
        InvalidInput if a file is not the author's, not of this room, or already in a message;
        sqlalchemy.exc.IntegrityError if the author used the client id before.
    """
    meant = find_meant(tx, access=access, mentions=mentions_in(new.body))
    quote = _quote(tx, access=access, reply_to_id=new.reply_to_id)
    message = events.Message(
        id=0,
        position=0,
        client_id=new.client_id,
        author=access.actor,
        body=new.body,
        mentions=meant.words,
        sent_at=new.sent_at,
        quote=quote,
    )
    if new.is_judged:
        wake_after_commit(tx, deps, JUDGING)
        if access.policy.is_holding:
            return _store_held(tx, deps, access=access, new=new, message=message)
    if new.is_plain:
        reply_to_id = quote.id if quote else None
        posted = append_message(
            tx,
            deps,
            room_id=access.room_id,
            message=message,
            reply_to_id=reply_to_id,
            judging=waiting.columns(deps, is_judged=new.is_judged),
        )
    else:
        posted = _store_with_details(tx, deps, access=access, new=new, message=message)
    if not new.is_judged:
        note_changed(tx, deps, room_id=access.room_id, item_ids=[posted.id])
    told = _tell_meant(tx, deps, access, posted, meant) if new.is_news else ()
    if posted.quote or posted.thread_id:
        tell_of_answer(
            tx, deps, room_id=access.room_id, message=posted, is_news=new.is_news, told=told
        )
    return posted


def _tell_meant(
    tx: Transaction, deps: Deps, access: RoomAccess, message: events.Message, meant: Meant
) -> Collection[int]:
    return tell_mentioned(
        tx,
        deps,
        access=access,
        meant=meant,
        message_id=message.id,
        thread_id=message.thread_id,
    )


def _quote(tx: Transaction, *, access: RoomAccess, reply_to_id: int | None) -> Quote | None:
    if not reply_to_id:
        return None
    if not is_id(reply_to_id):
        raise MessageUnavailable
    # Under the room's lock, so that a message taken back just now is not quoted after all.
    lock_room(tx, room_id=access.room_id)
    row = tx.execute(
        select(
            col(Message.id),
            col(Message.author_id),
            col(Message.body),
            col(Message.deleted_at),
            col(Message.withheld),
            col(Account.name),
        )
        .join(Account, col(Account.id) == col(Message.author_id))
        .where(
            col(Message.id) == reply_to_id,
            col(Message.room_id) == access.room_id,
            col(Message.position).is_not(None),
        )
    ).one_or_none()
    if row is None:
        raise MessageUnavailable
    return Quote(
        id=row.id,
        author_id=row.author_id,
        author_name=row.name,
        excerpt="" if row.withheld else excerpt(row.body),
        is_deleted=row.deleted_at is not None,
        withheld=row.withheld,
    )


def _store_with_details(
    tx: Transaction, deps: Deps, *, access: RoomAccess, new: NewMessage, message: events.Message
) -> events.Message:
    lock_room(tx, room_id=access.room_id)
    root_id, ordinal = _root_of(tx, access=access, thread_id=new.thread_id), None
    if root_id is None:
        authors = [access.actor.id]
        seq, ordinal = take_places(tx, room_id=access.room_id, author_ids=authors)[0]
    else:
        seq = take_seq(tx, room_id=access.room_id)
    place = {"position": seq, "ordinal": ordinal, "thread_id": root_id, "hold_until": None}
    judging = waiting.columns(deps, is_judged=new.is_judged)
    message_id = _insert(tx, access=access, new=new, message=message, columns={**place, **judging})
    posted = message.model_copy(
        update={
            "id": message_id,
            "position": seq,
            "ordinal": ordinal or 0,
            "thread_id": root_id,
            "poll": polls_of(tx, [message_id]).get(message_id),
            "attachments": attachments_of(tx, [message_id]).get(message_id, ()),
            "agent": agent_notes_of(tx, [message_id] if new.agent_output_id else []).get(
                message_id
            ),
        }
    )
    thread = count_reply(tx, root_id=root_id) if root_id else None
    event = MessagePosted(message=posted, thread=thread)
    append_event(tx, deps, room_id=access.room_id, seq=seq, event=event)
    return posted


def _store_held(
    tx: Transaction, deps: Deps, *, access: RoomAccess, new: NewMessage, message: events.Message
) -> events.Message:
    root_id = _root_of(tx, access=access, thread_id=new.thread_id)
    nowhere = {"position": None, "ordinal": None, "thread_id": root_id}
    columns = {**nowhere, **waiting.hold_columns(deps, access.policy)}
    message_id = _insert(tx, access=access, new=new, message=message, columns=columns)
    waiting.announce_held(
        tx,
        deps,
        policy=access.policy,
        room_id=access.room_id,
        message_id=message_id,
        author_id=access.actor.id,
    )
    return message.model_copy(update={"id": message_id, "thread_id": root_id})


def _insert(
    tx: Transaction,
    *,
    access: RoomAccess,
    new: NewMessage,
    message: events.Message,
    columns: dict[str, Any],
) -> int:
    """Store the message's row, its poll and its files; its id."""
    message_id: int = tx.execute(
        _INSERT,
        {
            "room_id": access.room_id,
            "author_id": access.actor.id,
            "client_id": new.client_id,
            "body": new.body,
            "mentions": list(message.mentions),
            "reply_to_id": message.quote.id if message.quote else None,
            "sent_at": new.sent_at,
            "has_poll": new.poll is not None,
            **columns,
        },
    ).scalar_one()
    if new.poll:
        add_poll(tx, message_id=message_id, poll=new.poll)
    add_files(tx, access=access, message_id=message_id, tokens=new.files)
    if new.agent_output_id:
        add_agent_output(tx, message_id=message_id, output_id=new.agent_output_id)
    return message_id


def _root_of(tx: Transaction, *, access: RoomAccess, thread_id: int | None) -> int | None:
    """The message of the timeline whose thread is meant: a reply leads to the one it is under."""
    if not thread_id:
        return None
    if not is_id(thread_id):
        raise MessageUnavailable
    row = tx.execute(
        select(col(Message.id), col(Message.thread_id)).where(
            col(Message.id) == thread_id,
            col(Message.room_id) == access.room_id,
            col(Message.position).is_not(None),
        )
    ).one_or_none()
    if row is None:
        raise MessageUnavailable
    return row.thread_id or row.id
