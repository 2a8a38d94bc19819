"""Changing what a message says: at once or, in a room that holds messages, once it is judged.

Until then the text of the edit waits in the message's row beside the one that everybody sees.
"""

from datetime import datetime, timedelta

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message, MessageEdit
from chatrooms.domain.errors import ChatError
from chatrooms.domain.events import MessageEdited
from chatrooms.domain.mentions import mentions_in
from chatrooms.domain.moderation import Policy, Status
from chatrooms.domain.permissions import Permission
from chatrooms.services import pins
from chatrooms.services.access import RoomAccess, access_room
from chatrooms.services.event_log import append_event, take_seq
from chatrooms.services.mentions import Meant, find_meant, tell_mentioned
from chatrooms.services.moderation import waiting
from chatrooms.services.moderation.standing import nudge_authors
from chatrooms.services.waking import JUDGING, wake_after_commit

_NOBODY = Meant({})


def edit(tx: Transaction, deps: Deps, *, message: Message, text: str, policy: Policy) -> None:
    """Have a published message say something else, and be judged again. In a room that holds,
    others go on seeing what it said until then; its author alone sees the edit.

    The caller holds the room's lock and has checked the right and the text.
    """
    now = deps.clock()
    drop_held(message, now=now)
    wake_after_commit(tx, deps, JUDGING)
    nudge_authors(tx, deps, room_id=message.room_id, authors={message.id: message.author_id})
    if not policy.is_holding:
        message.status, message.judge_at = Status.PENDING, now
        _say(tx, deps, message=message, text=text, at=now)
    elif text != message.body:
        message.held_edit, message.held_edit_at, message.judge_at = text, now, now
        message.hold_until = now + timedelta(milliseconds=policy.hold_limit_ms)
        waiting.announce_held(
            tx,
            deps,
            policy=policy,
            room_id=message.room_id,
            message_id=message.id,
            author_id=message.author_id,
            is_edit=True,
        )


def publish_held(tx: Transaction, deps: Deps, *, message: Message) -> None:
    """Show everybody the edit of a message that waits, if one does. The caller holds the room's
    lock and has decided that it may be seen."""
    text, at = message.held_edit, message.held_edit_at
    if text is None or at is None:
        return
    _clear(message)
    _say(tx, deps, message=message, text=text, at=at)
    nudge_authors(tx, deps, room_id=message.room_id, authors={message.id: message.author_id})


def keep_back_held(tx: Transaction, *, message: Message, seq: int) -> None:
    """Have a message that is withheld because of its edit say what the edit says: to its author and
    to moderators, and to everybody should it be restored. `seq`: of the event that withheld it."""
    text, at = message.held_edit, message.held_edit_at
    if text is None or at is None:
        return
    _clear(message)
    _, meant = _meant(tx, message, text)
    _replace(tx, message=message, text=text, at=at, seq=seq, meant=meant)


def drop_held(message: Message, *, now: datetime) -> None:
    """Forget the edit of a message that waits, if one does: what it said before stands."""
    if message.held_edit is not None:
        _clear(message)
        message.judge_at = now if message.status == Status.PENDING else None


def _clear(message: Message) -> None:
    message.held_edit = message.held_edit_at = message.hold_until = None


def _say(tx: Transaction, deps: Deps, *, message: Message, text: str, at: datetime) -> None:
    """Have every screen show another text, and tell whom it mentions and did not before."""
    access, meant = _meant(tx, message, text)
    seq, before = take_seq(tx, room_id=message.room_id), mentions_in(message.body)
    _replace(tx, message=message, text=text, at=at, seq=seq, meant=meant)
    event = MessageEdited(message_id=message.id, body=text, mentions=meant.words, edited_at=at)
    append_event(tx, deps, room_id=message.room_id, seq=seq, event=event)
    if message.pinned_at is not None:
        pins.note_changed(tx, deps, room_id=message.room_id)
    if access is not None:
        tell_mentioned(
            tx,
            deps,
            access=access,
            meant=meant.without(before),
            message_id=message.id,
            thread_id=message.thread_id,
        )


def _meant(tx: Transaction, message: Message, text: str) -> tuple[RoomAccess | None, Meant]:
    try:
        access = access_room(
            tx, actor_id=message.author_id, room_id=message.room_id, to=Permission.READ
        )
    except ChatError:
        # Its author left meanwhile: what was said stands, and calls nobody.
        return None, _NOBODY
    return access, find_meant(tx, access=access, mentions=mentions_in(text))


def _replace(
    tx: Transaction, *, message: Message, text: str, at: datetime, seq: int, meant: Meant
) -> None:
    tx.add(MessageEdit(message_id=message.id, seq=seq, body=message.body, replaced_at=at))
    message.body, message.revision = text, message.revision + 1
    message.mentions, message.edited_at = list(meant.words), at
    tx.flush()
