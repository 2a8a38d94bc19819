"""Putting a held message into its room: it takes its place there now, and people are told now."""

from datetime import timedelta

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
from chatrooms.services.event_log import append_event, take_place, take_seq
from chatrooms.services.history import get_new
from chatrooms.services.mentions import find_meant, tell_mentioned

NEWS_FOR = timedelta(hours=24)
"""Of older messages, such as a replayed log's or one restored late, nobody is told."""


def publish(tx: Transaction, deps: Deps, *, message: Message) -> events.Message:
    """Give a held message its place at the end of the room or thread, and announce it.

    The caller holds the message's row and has decided that it may be seen.
    """
    room_id = message.room_id
    thread = None
    if message.thread_id is None:
        place = take_place(tx, room_id=room_id, author_id=message.author_id)
        message.position, message.ordinal = place
    else:
        message.position = take_seq(tx, room_id=room_id)
        tx.flush()
        thread = count_reply(tx, root_id=message.thread_id)
    message.hold_until = None
    tx.flush()
    seq, shown = message.position, get_new(tx, room_id=room_id, message_id=message.id)
    append_event(
        tx, deps, room_id=room_id, seq=seq, event=MessagePosted(message=shown, thread=thread)
    )
    _tell(tx, deps, shown, room_id=room_id)
    return shown


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
