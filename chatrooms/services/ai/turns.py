"""What people have the assistant write for them, answers and catch-ups: each sees their own turns
alone, in rooms that they may read. What answers a message of the room is begun by `calls`."""

import re
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AssistantTurn
from chatrooms.domain import jobs
from chatrooms.domain.assistant import MAX_QUESTION_CHARS, Kind, Outcome
from chatrooms.domain.errors import AssistantOff, InvalidInput, StillAnswering, TurnUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import clean
from chatrooms.services.access import MAX_ID, RoomAccess, access_room, is_id
from chatrooms.services.ai import streaming
from chatrooms.services.ai.conversation import Turn, list_newest
from chatrooms.services.ai.limits import count_request
from chatrooms.services.ai.streaming import Attempt

_CLIENT_ID = re.compile(r"[ -~]{1,64}")
_ANEW: dict[str, Any] = {
    "outcome": Outcome.RUNNING,
    "answer": "",
    "sources": [],
    "rests_on": [],
    "revisions": [],
    "elsewhere": [],
    "by_words": False,
    "error": "",
    "rating": 0,
    "finished_at": None,
}
"""What a turn that is begun anew has of the attempt before."""


def ask(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    client_id: str,
    question: str,
    kind: Kind = Kind.QUESTION,
    from_sid: str = "",
) -> int:
    """Have the assistant answer the actor in a room that the actor may read; the turn's id. The
    same `client_id` again is the same turn. The tab on the socket `from_sid` knows already.

    Raises: InvalidInput; StillAnswering while it writes something else of that kind for the actor
        in this room; AssistantOff, AssistantLimit, ServiceUnavailable; as `access_room`.
    """
    text = _checked(question, client_id)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        row = insert(AssistantTurn).values(
            room_id=room_id,
            account_id=actor_id,
            kind=kind,
            client_id=client_id,
            question=text,
            asked_at=deps.clock(),
        )
        made = tx.execute(row.on_conflict_do_nothing().returning(col(AssistantTurn.id))).scalar()
        if made is None:
            return _same(tx, actor_id=actor_id, room_id=room_id, client_id=client_id, kind=kind)
        _count(deps, access)
        attempt = Attempt(made, 1)
        tx.after_commit(lambda: send(deps, account_id=actor_id, attempt=attempt, from_sid=from_sid))
    return made


def _count(deps: Deps, access: RoomAccess) -> None:
    """Count a request of the actor's, if the room has an assistant and limits leave room for it."""
    if not access.facts.has_assistant:
        raise AssistantOff
    count_request(deps, account_id=access.actor.id, room_id=access.room_id)


def _checked(question: object, client_id: object) -> str:
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise InvalidInput("That question has no usable id.")
    text = clean(question)
    if not text:
        raise InvalidInput("Write a question first.")
    if len(text) > MAX_QUESTION_CHARS:
        raise InvalidInput(f"A question can have {MAX_QUESTION_CHARS} characters.")
    return text


def _same(tx: Transaction, *, actor_id: int, room_id: int, client_id: str, kind: Kind) -> int:
    known = tx.execute(
        select(AssistantTurn).where(
            col(AssistantTurn.account_id) == actor_id, col(AssistantTurn.client_id) == client_id
        )
    ).scalar_one_or_none()
    if known is None:
        raise StillAnswering
    if (known.room_id, known.kind) != (room_id, kind):
        raise InvalidInput("That question has no usable id.")
    return known.id


def send(deps: Deps, *, account_id: int, attempt: Attempt, from_sid: str = "") -> None:
    """Have a worker carry out an attempt, and the person's tabs show that, except the one on the
    socket `from_sid`, which knows already. After the commit."""
    streaming.note_waiting(deps, attempt)
    deps.jobs.send(
        jobs.ANSWER, queue=jobs.ASSISTANT_QUEUE, turn_id=attempt.turn_id, attempt=attempt.number
    )
    deps.bus.nudge_account(account_id, "turns", from_sid=from_sid)


def access_turn(
    tx: Transaction, *, actor_id: int, room_id: object, turn_id: object
) -> AssistantTurn:
    """A private turn of the actor's own in exactly this room, if the actor may still read it.

    Raises: TurnUnavailable, the same for an absent one, for other people's and for one whose answer
        goes into the room; as `access_room`.
    """
    access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
    row = tx.get(AssistantTurn, turn_id) if is_id(turn_id) else None
    if row is None or (row.account_id, row.room_id) != (actor_id, room_id):
        raise TurnUnavailable
    if not Kind(row.kind).is_private:
        raise TurnUnavailable
    return row


def list_turns(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    limit: int,
    kind: Kind = Kind.QUESTION,
    up_to: int = 0,
) -> list[Turn]:
    """The actor's newest turns in a room, or the newest up to the one with this id, the oldest of
    them first. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        return list_newest(
            tx, account_id=actor_id, room_id=room_id, kind=kind, limit=limit, up_to=up_to or MAX_ID
        )


def stop_turn(deps: Deps, *, actor_id: int, room_id: int, turn_id: int) -> None:
    """End a turn of the actor's with what is there of it, whatever the model does. Safe to repeat.

    Raises: as `access_turn`.
    """
    with transaction(deps.sessions) as tx:
        row = access_turn(tx, actor_id=actor_id, room_id=room_id, turn_id=turn_id)
        attempt = Attempt(row.id, row.attempt)
        written = streaming.read_progress(deps, attempt)
        tx.execute(
            update(AssistantTurn)
            .where(
                col(AssistantTurn.id) == row.id,
                col(AssistantTurn.attempt) == row.attempt,
                col(AssistantTurn.outcome) == Outcome.RUNNING,
            )
            .values(
                outcome=Outcome.STOPPED,
                answer=written.text if written else "",
                sources=list(written.sources) if written else [],
                finished_at=deps.clock(),
            )
        )
        tx.after_commit(lambda: streaming.note_stopped(deps, attempt))
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "turns"))


def rate_turn(deps: Deps, *, actor_id: int, room_id: int, turn_id: int, rating: int) -> None:
    """Keep what the actor thinks of an answer: 1 good, -1 bad, 0 nothing.

    Raises: InvalidInput; as `access_turn`.
    """
    if rating not in (-1, 0, 1):
        raise InvalidInput
    with transaction(deps.sessions) as tx:
        row = access_turn(tx, actor_id=actor_id, room_id=room_id, turn_id=turn_id)
        row.rating = rating
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "turns"))


def regenerate_turn(deps: Deps, *, actor_id: int, room_id: int, turn_id: int) -> None:
    """Have a question of the actor's answered anew, in place of what was answered. One that is
    being answered goes on.

    Raises: StillAnswering, AssistantOff, AssistantLimit, ServiceUnavailable; as `access_turn`.
    """
    try:
        with transaction(deps.sessions) as tx:
            row = access_turn(tx, actor_id=actor_id, room_id=room_id, turn_id=turn_id)
            number = tx.execute(
                update(AssistantTurn)
                .where(
                    col(AssistantTurn.id) == row.id,
                    col(AssistantTurn.outcome) != Outcome.RUNNING,
                )
                .values(attempt=col(AssistantTurn.attempt) + 1, asked_at=deps.clock(), **_ANEW)
                .returning(col(AssistantTurn.attempt))
            ).scalar()
            if number is not None:
                _count(
                    deps, access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
                )
                attempt = Attempt(row.id, number)
                tx.after_commit(lambda: send(deps, account_id=actor_id, attempt=attempt))
    except IntegrityError as error:
        raise StillAnswering from error


def clear_turns(deps: Deps, *, actor_id: int, room_id: int, kind: Kind = Kind.QUESTION) -> None:
    """Erase the actor's conversation in a room; what is being answered is stopped.

    Raises: as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        gone = tx.execute(
            delete(AssistantTurn)
            .where(
                col(AssistantTurn.account_id) == actor_id,
                col(AssistantTurn.room_id) == room_id,
                col(AssistantTurn.kind) == kind,
            )
            .returning(
                col(AssistantTurn.id), col(AssistantTurn.attempt), col(AssistantTurn.outcome)
            )
        ).all()
        for turn_id, number, outcome in gone:
            if outcome == Outcome.RUNNING:
                streaming.note_stopped(deps, Attempt(turn_id, number))
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "turns"))
