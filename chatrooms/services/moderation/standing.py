"""What authors are told of their own messages that moderation keeps back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, VerdictRow
from chatrooms.domain.events import Attachment
from chatrooms.domain.moderation import Status, Withheld
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room, is_id
from chatrooms.services.details import attachments_of
from chatrooms.services.moderation.removals import Removal, find_removals
from chatrooms.services.moderation.texts import (
    Choice,
    Mark,
    find_choices,
    marked_choices,
    marks_of,
)

SHOWN_FOR = timedelta(days=7)
"""How long a message that was removed before anybody saw it stays on its author's screen."""
_BANDS = ((0.9, "very high"), (0.7, "high"), (0.5, "medium"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One own message that others do not see."""

    message_id: int
    client_id: str
    thread_id: int | None
    body: str
    choices: tuple[Choice, ...]
    """Those of its poll, if it has one: `body` is the question then."""
    sent_at: datetime
    files: tuple[Attachment, ...]
    is_held: bool
    """Whether it never was on anybody else's screen."""
    is_edit: bool
    """Whether others see what it said before: `body` is what it was changed to."""
    status: Status
    rule: str
    """The rule that decided; empty if it was the model or a moderator."""
    reason: str
    """What a moderator gave as the reason."""
    marks: tuple[Mark, ...]
    """What of the text drove the score up."""
    band: str
    """How high the model's score is, in words; empty if it has none or did not matter."""
    removal_id: int | None
    """The decision that can be appealed; None if nothing was removed."""
    is_appealed: bool
    is_denied: bool
    answer: str
    """What the moderator who denied the appeal gave as the reason."""


def list_own(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    message_ids: Collection[int] | None = None,
    limit: int = 200,
) -> list[Standing]:
    """The actor's own messages in a room that others do not see, oldest first: those that are held,
    those that are withheld, and edits that are held; of `message_ids` alone if they are given.
    Raises: as `access_room`."""
    is_recent = col(Message.sent_at) > deps.clock() - SHOWN_FOR
    is_held = col(Message.position).is_(None) & (
        is_recent | (col(Message.status) != Status.REMOVED.value)
    )
    is_asked = true() if message_ids is None else col(Message.id).in_(filter(is_id, message_ids))
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        messages = tx.scalars(
            select(Message)
            .where(
                col(Message.room_id) == room_id,
                col(Message.author_id) == actor_id,
                col(Message.deleted_at).is_(None),
                is_asked,
                or_(
                    is_held,
                    col(Message.withheld) != Withheld.NO,
                    col(Message.held_edit).is_not(None),
                ),
            )
            .order_by(col(Message.id).desc())
            .limit(limit)
        ).all()[::-1]
        ids = [message.id for message in messages]
        if not ids:
            return []
        judged = [m.id for m in messages if m.withheld or m.status != Status.PENDING]
        verdicts, removals = _verdicts(tx, judged), find_removals(tx, message_ids=judged)
        files = attachments_of(tx, ids)
        choices = find_choices(tx, messages)
    return [
        _standing(
            message,
            verdicts.get(message.id),
            removals.get(message.id) if message.status == Status.REMOVED else None,
            files.get(message.id, ()),
            choices.get(message.id, ()),
        )
        for message in messages
    ]


def nudge_authors(tx: Transaction, deps: Deps, *, room_id: int, authors: Mapping[int, int]) -> None:
    """Have those tabs of authors that show the room read these messages anew, after the commit:
    whether moderation keeps them back may have changed. `authors`: account ids by message id."""
    if authors:
        tx.after_commit(lambda: deps.bus.decided(room_id, authors))


def find_places(
    deps: Deps, *, actor_id: int, room_id: int, message_ids: Sequence[int]
) -> dict[int, int]:
    """Which of the actor's own messages, held before, have taken which place in the room meanwhile.
    Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        rows = tx.execute(
            select(col(Message.id), col(Message.position)).where(
                col(Message.id).in_(message_ids),
                col(Message.room_id) == room_id,
                col(Message.author_id) == actor_id,
                col(Message.position).is_not(None),
                col(Message.deleted_at).is_(None),
            )
        ).all()
    return {row.id: row.position for row in rows}


def find_texts(
    deps: Deps, *, actor_id: int, room_id: int, message_ids: Sequence[int]
) -> dict[int, str]:
    """What the actor's own of these messages say to everybody. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        rows = tx.execute(
            select(col(Message.id), col(Message.body)).where(
                col(Message.id).in_(message_ids),
                col(Message.room_id) == room_id,
                col(Message.author_id) == actor_id,
                col(Message.position).is_not(None),
                col(Message.withheld) == Withheld.NO.value,
            )
        ).all()
    return {row.id: row.body for row in rows}


def _verdicts(tx: Transaction, ids: Sequence[int]) -> dict[int, VerdictRow]:
    if not ids:
        return {}
    rows = tx.scalars(
        select(VerdictRow)
        .ext(distinct_on(col(VerdictRow.message_id)))
        .where(col(VerdictRow.message_id).in_(ids))
        .order_by(col(VerdictRow.message_id), col(VerdictRow.id).desc())
    )
    return {row.message_id: row for row in rows}


def _standing(
    message: Message,
    verdict: VerdictRow | None,
    removal: Removal | None,
    files: tuple[Attachment, ...],
    choices: tuple[str, ...],
) -> Standing:
    appeal = removal.appeal if removal else None
    decided = removal.decision if removal else None
    is_edit = message.held_edit is not None
    if is_edit:
        # What was found so far is about the text before.
        verdict = None
    by_model = verdict is not None and (decided is None or decided.by_id is None)
    is_of_text = by_model and verdict is not None and verdict.revision == message.revision
    evidence = verdict.evidence if is_of_text and verdict is not None else ()
    score = verdict.score if verdict is not None and by_model and not verdict.rule else None
    return Standing(
        message_id=message.id,
        client_id=message.client_id,
        thread_id=message.thread_id,
        body=message.newest_text,
        choices=marked_choices(evidence, body=message.newest_text, choices=choices),
        sent_at=message.sent_at,
        files=files,
        is_held=message.is_held,
        is_edit=is_edit,
        status=Status.PENDING if is_edit else Status(message.status),
        rule=verdict.rule if verdict is not None and by_model else "",
        reason=decided.reason if decided is not None and decided.by_id is not None else "",
        marks=marks_of(evidence, length=len(message.newest_text)),
        band=_band(score),
        removal_id=decided.id if decided else None,
        is_appealed=appeal is not None,
        is_denied=appeal is not None and appeal.is_granted is False,
        answer=appeal.answer if appeal is not None else "",
    )


def _band(score: float | None) -> str:
    if score is None:
        return ""
    return next((name for least, name in _BANDS if score >= least), "low")
