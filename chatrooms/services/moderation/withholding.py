"""Taking a message's text from all screens, and giving it back."""

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain.events import MessageRestored, MessageWithheld
from chatrooms.domain.moderation import Withheld
from chatrooms.services import editing, pins
from chatrooms.services.event_log import record
from chatrooms.services.history import get_shown
from chatrooms.services.publishing import publish


def withhold(
    tx: Transaction, deps: Deps, *, message: Message, why: Withheld, is_for_edit: bool = False
) -> None:
    """Keep a message's text from everybody's screen. Nothing of it is lost. One that is held, and
    so on no screen, stays so. The caller holds the room's lock and has decided.

    `is_for_edit`: an edit that nobody saw yet is why, and is what the message says from now on.
    Otherwise such an edit is dropped: what was decided about is the text before.
    """
    message.hold_until = None
    if not is_for_edit:
        editing.drop_held(message, now=deps.clock())
    if message.is_held or message.withheld == why:
        return
    message.withheld = why
    tx.flush()
    event = MessageWithheld(message_id=message.id, withheld=why)
    entry = record(tx, deps, room_id=message.room_id, event=event)
    editing.keep_back_held(tx, message=message, seq=entry.seq)
    _note_pins(tx, deps, message)


def show(tx: Transaction, deps: Deps, *, message: Message) -> None:
    """Show a message: one that was withheld comes back as it was and where it was, one that was
    held takes its place now. The caller holds the room's lock and has decided."""
    if message.is_held:
        publish(tx, deps, message=message)
    elif message.withheld:
        message.withheld = Withheld.NO
        tx.flush()
        shown = get_shown(tx, room_id=message.room_id, message_id=message.id)
        record(tx, deps, room_id=message.room_id, event=MessageRestored(message=shown))
        _note_pins(tx, deps, message)


def _note_pins(tx: Transaction, deps: Deps, message: Message) -> None:
    if message.pinned_at is not None:
        pins.note_changed(tx, deps, room_id=message.room_id)
