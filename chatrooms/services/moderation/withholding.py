"""Taking a message's text from all screens, and giving it back."""

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain.events import MessageRestored, MessageWithheld
from chatrooms.domain.moderation import Withheld
from chatrooms.services import pins
from chatrooms.services.event_log import record
from chatrooms.services.history import get_shown
from chatrooms.services.publishing import publish


def withhold(tx: Transaction, deps: Deps, *, message: Message, why: Withheld) -> None:
    """Keep a message's text from everybody's screen. Nothing of it is lost. One that is held, and
    so on no screen, stays so. The caller holds the room's lock and has decided.
    """
    message.hold_until = None
    if message.is_held or message.withheld == why:
        return
    message.withheld = why
    tx.flush()
    event = MessageWithheld(message_id=message.id, withheld=why)
    record(tx, deps, room_id=message.room_id, event=event)
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
