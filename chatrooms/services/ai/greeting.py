"""What the assistant says first: who it speaks to, and what is going on, in a line of the room's
summary. No model is asked."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Message
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.services.access import access_room
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.ai.summaries import get_room_summary

_NEWS_CHARS = 110


@dataclass(frozen=True, slots=True)
class Greeting:
    """A name, and one line about the room."""

    person: str
    news: str


def greet(deps: Deps, *, actor_id: int, room_id: int) -> Greeting:
    """How the actor is greeted in a room. Raises: as `access_room`."""
    summary = get_room_summary(deps, actor_id=actor_id, room_id=room_id).sentences
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        newest = tx.execute(
            select(col(Message.body), col(Account.name))
            .join(Account, col(Account.id) == col(Message.author_id))
            .where(
                col(Message.room_id) == access.room_id,
                IS_CITABLE,
                col(Message.thread_id).is_(None),
                col(Message.body) != "",
            )
            .order_by(col(Message.position).desc())
            .limit(1)
        ).first()
    news = "Nothing was said here yet."
    if summary:
        # What was asked tells less of a room than what was said.
        told = [each.text for each in summary if not each.text.endswith("?")]
        news = f"Lately: {told[-1] if told else summary[-1].text}"
    elif newest is not None:
        news = (
            f"{newest.name} wrote last: \u201c{excerpt(newest.body, max_chars=_NEWS_CHARS)}\u201d"
        )
    return Greeting(access.actor.name, news)
