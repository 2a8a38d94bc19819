"""What somebody wants to catch up on. As text it is what the assistant is asked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chatrooms.domain.errors import InvalidInput

_WRONG = "Choose what to catch up on."


class Stretch(StrEnum):
    """Which part of a room. Stored by value."""

    MISSED = "missed"
    """From a message on: the first that was not read."""
    TODAY = "today"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Since:
    """Where a stretch begins: at a message, or at a moment."""

    stretch: Stretch
    message_id: int = 0
    moment: datetime | None = None
    """The beginning of the day or week where the person is."""

    def __str__(self) -> str:
        begin = self.moment.isoformat(timespec="seconds") if self.moment else self.message_id
        return f"{self.stretch.value} {begin}"


def parse_since(text: object) -> Since:
    """What such a text means. Raises: InvalidInput."""
    word, _, begin = text.partition(" ") if isinstance(text, str) else ("", "", "")
    try:
        stretch = Stretch(word)
        if stretch is Stretch.MISSED:
            return Since(stretch, message_id=int(begin))
        moment = datetime.fromisoformat(begin)
    except ValueError as error:
        raise InvalidInput(_WRONG) from error
    if moment.tzinfo is None:
        raise InvalidInput(_WRONG)
    return Since(stretch, moment=moment)
