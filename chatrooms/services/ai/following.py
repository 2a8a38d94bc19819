"""Has the room's memory follow what becomes of messages.

A message is citable while it is approved and everybody in the room sees it. When it stops being so,
or says something else, what rests on it goes in the same transaction; the assistant's replies in
the room stay, and say so. When it becomes so after its place in the room was summarised, it is
noted for the next summary.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain.moderation import Status
from chatrooms.services.agent.forgetting import forget_shown
from chatrooms.services.ai.account import list_ai_ids
from chatrooms.services.ai.index_requests import note_changed, note_room_changed
from chatrooms.services.ai.outdating import mark_replies
from chatrooms.services.waking import SUMMARISING, wake_after_commit


def citable_revision(message: Message) -> int | None:
    """Which text of a message of a person's may be cited: its number of edits; None if none may.
    The same question as `cited.IS_CITABLE`, which also leaves out what the language model wrote."""
    is_citable = (
        message.status == Status.APPROVED
        and not message.withheld
        and message.deleted_at is None
        and not message.is_held
    )
    return message.revision if is_citable else None


def _shown_revision(message: Message) -> int | None:
    """Which text of a message everybody reads, approved or not."""
    is_shown = not message.withheld and message.deleted_at is None and not message.is_held
    return message.revision if is_shown else None


@contextmanager
def following(tx: Transaction, deps: Deps, messages: Sequence[Message]) -> Iterator[None]:
    """Have the room's memory follow what the block does to messages of one room.

    Around every change of what a message says or of whether it is seen. The caller holds the
    room's lock.
    """
    before = {message.id: citable_revision(message) for message in messages}
    shown = {message.id: _shown_revision(message) for message in messages}
    yield
    other = [message for message in messages if shown[message.id] != _shown_revision(message)]
    if other:
        tx.flush()
        ids = [message.id for message in other]
        mark_replies(tx, deps, room_id=other[0].room_id, message_ids=ids)
    after = {message.id: citable_revision(message) for message in messages}
    changed = [message for message in messages if before[message.id] != after[message.id]]
    ours = list_ai_ids(tx) if changed else ()
    changed = [message for message in changed if message.author_id not in ours]
    if not changed:
        return
    room_id = changed[0].room_id
    note_changed(tx, deps, room_id=room_id, item_ids=[message.id for message in changed])
    left = [message.id for message in changed if before[message.id] is not None]
    entered = [message.id for message in changed if after[message.id] is not None]
    if left:
        # Answers that rest on them are shown no more, in other rooms too.
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "sources"))
        _tell_elsewhere(tx, deps, room_id=room_id, message_ids=left)
        _withdraw(tx, deps, room_id=room_id, message_ids=left)
        forget_shown(tx, deps, room_id=room_id, message_ids=left)
    if entered:
        tx.flush()
        tx.execute(_NOTE_LATE, {"room": room_id, "ids": entered})


_ASKED_ELSEWHERE = text("""
    SELECT DISTINCT account_id FROM assistant_turns
    WHERE elsewhere <> '{}' AND elsewhere @> ARRAY[CAST(:room AS bigint)]
        AND rests_on && CAST(:ids AS bigint[])
""")


def _tell_elsewhere(tx: Transaction, deps: Deps, *, room_id: int, message_ids: list[int]) -> None:
    """Have those look again who were answered from these messages in other rooms."""
    asked = {"room": room_id, "ids": message_ids}
    account_ids = list(tx.scalars(_ASKED_ELSEWHERE, asked))
    if account_ids:
        tx.after_commit(lambda: deps.bus.nudge_accounts(account_ids, "turns"))


_NOTE_LATE = text("""
    INSERT INTO late_messages (message_id, room_id)
    SELECT messages.id, messages.room_id
    FROM messages JOIN room_memories USING (room_id)
    WHERE messages.id = ANY(:ids) AND messages.position <= room_memories.summarised_to
    ON CONFLICT DO NOTHING
""")
_FORGET_LATE = text("DELETE FROM late_messages WHERE message_id = ANY(:ids)")
_WITHDRAW = text("""
    DELETE FROM summary_sentences
    WHERE id IN (SELECT sentence_id FROM summary_sources WHERE message_id = ANY(:ids))
    RETURNING id, summary_id
""")
_TAKE_APART = text("""
    DELETE FROM summaries WHERE id = ANY(:ids) AND level > 0 AND NOT is_rolling
""")
"""Summaries of summaries are made anew from what is left: their parts have no parent again."""
_OUTDATE = text("""
    UPDATE room_memories SET version = version + 1, due_at = now(), attempts = 0
    WHERE room_id = :room
""")


def _withdraw(tx: Transaction, deps: Deps, *, room_id: int, message_ids: Sequence[int]) -> None:
    """Take back every sentence that rests on one of these messages."""
    tx.execute(_FORGET_LATE, {"ids": message_ids})
    withdrawn = tx.execute(_WITHDRAW, {"ids": message_ids}).all()
    if not withdrawn:
        return
    sentence_ids = [sentence.id for sentence in withdrawn]
    note_changed(tx, deps, room_id=room_id, item_ids=sentence_ids, kind="summary")
    note_room_changed(tx, deps, room_id=room_id)
    tx.execute(_TAKE_APART, {"ids": list({sentence.summary_id for sentence in withdrawn})})
    tx.execute(_OUTDATE, {"room": room_id})
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "summary"))
    wake_after_commit(tx, deps, SUMMARISING, room_id=room_id)


def withdraw_sentences(tx: Transaction, deps: Deps, *, room_id: int, author_id: int) -> None:
    """Take back every sentence of a room's summaries that rests on what somebody said, and have it
    said anew: it may name the person. The caller holds the room's lock."""
    message_ids = list(tx.scalars(_RESTED_ON, {"room": room_id, "author": author_id}))
    if message_ids:
        _withdraw(tx, deps, room_id=room_id, message_ids=message_ids)
        tx.execute(_NOTE_LATE, {"room": room_id, "ids": message_ids})


_RESTED_ON = text("""
    SELECT DISTINCT m.id FROM messages m JOIN summary_sources s ON s.message_id = m.id
    WHERE m.room_id = :room AND m.author_id = :author
""")
