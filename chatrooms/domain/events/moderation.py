"""What moderators do to messages."""

from typing import Literal

from chatrooms.domain.events.messages import Message
from chatrooms.domain.events.part import Part
from chatrooms.domain.moderation import Withheld


class MessageWithheld(Part):
    """Moderation took a message's text, and what hangs on it, from all screens."""

    kind: Literal["message_withheld"] = "message_withheld"
    message_id: int
    withheld: Withheld


class MessageRestored(Part):
    """A withheld message is shown again, as it was and where it was."""

    kind: Literal["message_restored"] = "message_restored"
    message: Message


class PinChanged(Part):
    """A moderator pinned a message or took the pin off."""

    kind: Literal["pin_changed"] = "pin_changed"
    message_id: int
    is_pinned: bool
