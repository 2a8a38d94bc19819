"""Putting a held message into its room: it takes its place there now, and people are told now."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain import events
from chatrooms.domain.errors import ChatError
from chatrooms.domain.events import MessagePosted
from chatrooms.domain.mentions import mentions_in
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.answers import tell_of_answer
from chatrooms.services.details import threads_of
from chatrooms.services.event_log import append_event, append_events, take_places, take_seq
from chatrooms.services.history import list_new
from chatrooms.services.mentions import find_meant, tell_mentioned

NEWS_FOR = timedelta(hours=24)
"""Of older messages, such as a replayed log's or one restored late, nobody is told."""


def publish(tx: Transaction, deps: Deps, *, message: Message) -> None:
    """Give a held message its place at the end of the room or thread, and announce it.

    The caller holds the room's lock and the message's row, and has decided that it may be seen.
    """
    publish_all(tx, deps, messages=[message])


def publish_all(tx: Transaction, deps: Deps, *, messages: Sequence[Message]) -> None:
    """As `publish`, for several of one room in the order given. What is for the timeline goes
    there together: one by one they would hold the room's lock longer."""
    for is_reply, some in groupby(messages, lambda message: message.thread_id is not None):
        if is_reply:
            for message in some:
                _publish_reply(tx, deps, message)
        else:
            _publish_together(tx, deps, list(some))


def _publish_together(tx: Transaction, deps: Deps, messages: Sequence[Message]) -> None:
    room_id = messages[0].room_id
    authors = [message.author_id for message in messages]
    places = take_places(tx, room_id=room_id, author_ids=authors)
    for message, (position, ordinal) in zip(messages, places, strict=True):
        message.position, message.ordinal, message.hold_until = position, ordinal, None
    tx.flush()
    new = list_new(tx, room_id=room_id, message_ids=[message.id for message in messages])
    shown = [new[message.id] for message in messages]
    posted = [(each.position, MessagePosted(message=each)) for each in shown]
    append_events(tx, deps, room_id=room_id, events=posted)
    for each in shown:
        _tell(tx, deps, each, room_id=room_id)


def _publish_reply(tx: Transaction, deps: Deps, message: Message) -> None:
    room_id, root_id = message.room_id, message.thread_id
    assert root_id is not None
    message.position = take_seq(tx, room_id=room_id)
    message.hold_until = None
    tx.flush()
    thread = count_reply(tx, root_id=root_id)
    shown = list_new(tx, room_id=room_id, message_ids=[message.id])[message.id]
    posted = MessagePosted(message=shown, thread=thread)
    append_event(tx, deps, room_id=room_id, seq=message.position, event=posted)
    _tell(tx, deps, shown, room_id=room_id)


def count_reply(tx: Transaction, *, root_id: int) -> events.ThreadSummary | None:
    """Count a reply in the thread of a message; how the thread stands with it."""
    tx.execute(
        update(Message)
        .where(col(Message.id) == root_id)
        .values(reply_count=col(Message.reply_count) + 1)
        .execution_options(synchronize_session=False)
    )
    return threads_of(tx, [root_id]).get(root_id)


def _tell(tx: Transaction, deps: Deps, message: events.Message, *, room_id: int) -> None:
    is_news = message.sent_at > deps.clock() - NEWS_FOR
    told = _tell_meant(tx, deps, message, room_id=room_id) if is_news else ()
    if message.quote or message.thread_id:
        tell_of_answer(tx, deps, room_id=room_id, message=message, is_news=is_news, told=told)


def _tell_meant(
    tx: Transaction, deps: Deps, message: events.Message, *, room_id: int
) -> tuple[int, ...]:
    if not message.mentions:
        return ()
    try:
        access = access_room(tx, actor_id=message.author.id, room_id=room_id, to=Permission.READ)
    except ChatError:
        # Its author left meanwhile: what was said stands, and calls nobody.
        return ()
    meant = find_meant(tx, access=access, mentions=mentions_in(message.body))
    told = tell_mentioned(
        tx, deps, access=access, meant=meant, message_id=message.id, thread_id=message.thread_id
    )
    return tuple(told)
