"""What hangs on a new message: its poll, its files, what of the room's agent
it shows; in the transaction that stores it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AgentOutput, AttachmentRow, PollRow
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.files import is_token
from chatrooms.services.access import RoomAccess

_FILE_GONE = "A file of this message is gone. Please add it again."


@dataclass(frozen=True, slots=True)
class CheckedPoll:
    """A poll whose question and choices were checked."""

    question: str
    choices: tuple[str, ...]
    is_multiple: bool
    is_anonymous: bool
    closes_at: datetime | None


def add_poll(tx: Transaction, *, message_id: int, poll: CheckedPoll) -> None:
    """Have a message that was just stored show a poll."""
    row = PollRow(
        message_id=message_id,
        question=poll.question,
        choices=list(poll.choices),
        is_multiple=poll.is_multiple,
        is_anonymous=poll.is_anonymous,
        closes_at=poll.closes_at,
    )
    tx.add(row)
    tx.flush()


def add_files(
    tx: Transaction, *, access: RoomAccess, message_id: int, tokens: Sequence[str]
) -> None:
    """Have a message that was just stored take files that its author sent to this room, and that no
    other message took. Raises: InvalidInput if one of them is not there."""
    if not tokens:
        return
    if not all(is_token(token) for token in tokens):
        raise InvalidInput(_FILE_GONE)
    added = tx.execute(
        update(AttachmentRow)
        .where(
            col(AttachmentRow.token).in_(tokens),
            col(AttachmentRow.account_id) == access.actor.id,
            col(AttachmentRow.room_id) == access.room_id,
            col(AttachmentRow.message_id).is_(None),
        )
        .values(message_id=message_id)
        .returning(col(AttachmentRow.id))
    ).all()
    if len(added) != len(set(tokens)):
        raise InvalidInput(_FILE_GONE)


def add_agent_output(tx: Transaction, *, message_id: int, output_id: int) -> None:
    """Have a message that was just stored show what the room's agent wrote."""
    tx.execute(
        update(AgentOutput).where(col(AgentOutput.id) == output_id).values(message_id=message_id)
    )
