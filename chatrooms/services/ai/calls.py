"""Calling the assistant in a room: a message that mentions it is answered once, in its thread,
after moderation let it pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AssistantTurn, Message, Room
from chatrooms.domain.assistant import MAX_QUESTION_CHARS, Kind
from chatrooms.domain.errors import AssistantOff, MessageUnavailable
from chatrooms.domain.events import Person
from chatrooms.domain.mentions import called_in
from chatrooms.domain.moderation import Status
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_message
from chatrooms.services.ai.account import ensure_assistant, find_called
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.ai.streaming import Attempt
from chatrooms.services.ai.turns import send
from chatrooms.services.people import person_of
from chatrooms.services.publishing import NEWS_FOR

_STANDS = (Status.PENDING.value, Status.APPROVED.value)
"""Of what moderation stopped, nobody is answered."""
_EARLIER = 20
"""Messages of the thread before the question that the assistant is shown."""


@dataclass(frozen=True, slots=True)
class Call:
    """Where the assistant was called."""

    message_id: int
    """The message that asks."""
    thread_id: int
    """The message in whose thread the answer goes."""
    slug: str
    """The room's."""
    is_shown: bool
    """Whether others may see what is written before it is judged."""
    assistant: Person

    def permalinks(self, deps: Deps, message_ids: Sequence[int]) -> list[str]:
        """Where messages of the room are, in their order."""
        url = deps.settings.public_url.rstrip("/")
        return [f"{url}/rooms/{self.slug}?message={each}" for each in message_ids]


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the thread before the question."""

    message_id: int
    revision: int
    """Which text of it this is."""
    author_name: str
    text: str
    sent_at: str
    """ISO 8601."""


def note_call(tx: Transaction, deps: Deps, *, message: Message) -> None:
    """Have the assistant answer a message that calls it, once, now that moderation let it pass. The
    caller holds the room's lock. What is edited later asks nothing again."""
    if not message.mentions or not _stands(message):
        return
    if message.sent_at <= deps.clock() - NEWS_FOR:
        return
    assistant = find_called(tx, names=message.mentions)
    if assistant is None or assistant.id == message.author_id:
        return
    name = assistant.username.lower()
    question = called_in(message.body, name)
    if question is None or not tx.get_one(Room, message.room_id).has_assistant:
        return
    made = tx.execute(
        insert(AssistantTurn)
        .values(
            room_id=message.room_id,
            account_id=message.author_id,
            kind=Kind.MENTION,
            client_id=f"message-{message.id}",
            message_id=message.id,
            question=question[:MAX_QUESTION_CHARS],
            asked_at=deps.clock(),
        )
        .on_conflict_do_nothing()
        .returning(col(AssistantTurn.id))
    ).scalar()
    if made is not None:
        account_id = message.author_id
        tx.after_commit(lambda: send(deps, account_id=account_id, attempt=Attempt(made, 1)))


def _stands(message: Message) -> bool:
    return (
        not message.is_held
        and message.deleted_at is None
        and not message.withheld
        and message.status in _STANDS
    )


def access_call(tx: Transaction, *, account_id: int, room_id: int, message_id: int | None) -> Call:
    """Where the assistant is to answer, if it still is: the message stands, its author may post,
    and the room has the assistant.

    Raises: AssistantOff, MessageUnavailable; as `access_message`.
    """
    access, message = access_message(
        tx, actor_id=account_id, room_id=room_id, message_id=message_id, to=Permission.POST
    )
    if not _stands(message):
        raise MessageUnavailable
    assistant = ensure_assistant(tx)
    if not access.facts.has_assistant or assistant.deactivated_at is not None:
        raise AssistantOff
    return Call(
        message_id=message.id,
        thread_id=message.thread_id or message.id,
        slug=access.facts.slug,
        is_shown=not access.policy.is_holding,
        assistant=person_of(assistant),
    )


def list_before(deps: Deps, *, account_id: int, room_id: int, message_id: int) -> list[Said]:
    """What was said in the thread before the message by which this account called the assistant,
    the oldest first: approved messages that everybody in the room sees.

    Raises: as `access_call`.
    """
    with transaction(deps.sessions) as tx:
        call = access_call(tx, account_id=account_id, room_id=room_id, message_id=message_id)
        rows = tx.execute(
            select(
                col(Message.id),
                col(Message.revision),
                col(Message.body),
                col(Message.sent_at),
                col(Account.name),
            )
            .join(Account, col(Account.id) == col(Message.author_id))
            .where(
                col(Message.room_id) == room_id,
                (col(Message.id) == call.thread_id) | (col(Message.thread_id) == call.thread_id),
                col(Message.id) < call.message_id,
                IS_CITABLE,
            )
            .order_by(col(Message.id).desc())
            .limit(_EARLIER)
        ).all()
    return [
        Said(row.id, row.revision, row.name, row.body, row.sent_at.isoformat())
        for row in rows[::-1]
    ]
