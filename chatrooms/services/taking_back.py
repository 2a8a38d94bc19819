"""What deleting a message does, whoever asks for it: its author, the deletion of an account, or the
room's limit on how long messages are kept."""

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.services import pins
from chatrooms.services.ai.following import following
from chatrooms.services.erasing import erase
from chatrooms.services.event_log import record
from chatrooms.services.moderation import withdrawing
from chatrooms.services.moderation.standing import nudge_authors
from chatrooms.services.moderation.withdrawing import Why


def take_back(tx: Transaction, deps: Deps, *, message: Message, why: Why = "deleted") -> None:
    """Delete a message: its place stays, its text is erased everywhere, what rests on it follows,
    every screen shows it, and who reported it is told why it went.

    The caller holds the room's lock, has read the message under it, and has checked the right.
    """
    room_id, author_id = message.room_id, message.author_id
    is_own = message.is_held or bool(message.withheld) or message.held_edit is not None
    was_pinned = message.pinned_at is not None
    with following(tx, deps, [message]):
        event = erase(tx, deps, message=message)
    withdrawing.withdraw(tx, deps, message=message, why=why)
    if not message.is_held:
        record(tx, deps, room_id=room_id, event=event)
    if was_pinned:
        pins.note_changed(tx, deps, room_id=room_id)
    if is_own:
        nudge_authors(tx, deps, room_id=room_id, authors={message.id: author_id})
