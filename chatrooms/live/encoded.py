"""Rows of messages as JSON, kept until the message or the one above it changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chatrooms.domain.events import Message
from chatrooms.live.message_rows import message_row
from chatrooms.live.wire import encode, encode_list


@dataclass(slots=True)
class EncodedRows:
    """The rows of one list of messages."""

    max_kept: int
    """How many rows are kept at the most."""
    _kept: dict[int, tuple[Message, Message | None, str]] = field(
        default_factory=dict[int, tuple[Message, Message | None, str]]
    )

    def rows(self, messages: Iterable[Message], above: Message | None, *, first: int = 0) -> str:
        """Consecutive messages as a JSON list; `above` stands before the first of them. The one at
        position `first` begins what screens show, so it shows its author in any case."""
        rows: list[str] = []
        for message in messages:
            rows.append(self._row(message, above, is_first=message.position == first))
            above = message
        if len(self._kept) > self.max_kept:
            self._kept.clear()
        return encode_list(rows)

    def _row(self, message: Message, above: Message | None, *, is_first: bool) -> str:
        kept = self._kept.get(message.id)
        if not is_first and kept is not None and kept[0] is message and kept[1] is above:
            return kept[2]
        row = encode(message_row(message, above, is_first=is_first))
        if not is_first:
            self._kept[message.id] = (message, above, row)
        return row
