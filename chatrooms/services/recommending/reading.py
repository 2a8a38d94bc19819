"""What is recommended to somebody, as it is true and allowed now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, union
from sqlalchemy.orm import aliased
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import (
    Account,
    DeclinedRoom,
    Membership,
    Message,
    Recommendation,
    RecommendationRequest,
    Room,
    table_of,
)
from chatrooms.domain.events import Being
from chatrooms.domain.recommending import SHOWN, Link, Reason, reason_words
from chatrooms.services.access import access_account
from chatrooms.services.access_rooms import IS_PUBLISHED, may_read
from chatrooms.services.bans import is_banned
from chatrooms.services.recommending.requests import ask
from chatrooms.services.recommending.subjects import ABOVE, FILED, shared_subject, subjects_of

_TALKED_FOR = timedelta(days=90)
_ROOMS, _STORED, _MEMBERS = table_of(Room), table_of(Recommendation), table_of(Membership)


@dataclass(frozen=True, slots=True)
class Recommended:
    """A room for somebody to go to next."""

    room_id: int
    slug: str
    name: str
    topic: str
    member_count: int
    reason: str
    """Why, in a sentence."""
    model: str
    """What chose it."""
    names: tuple[str, ...]
    """What the reason rests on: of the room that leads there what both are about, or its name; and
    the subject that the person picked."""
    may_be_told: bool
    """Whether a language model may be told the reason."""


def list_recommended(deps: Deps, *, actor_id: int, limit: int = SHOWN) -> list[Recommended]:
    """The rooms recommended to the actor, best first. What they joined, declined, or may not find
    any more is left out, and a reason that is true no more is replaced by one that is.

    Has them made if there are none; whoever asks is not kept waiting for that. Raises: NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        found = list_true(tx, deps, account_id=actor_id)
        if not found:
            _ask_once(tx, deps, actor_id)
    return found[:limit]


def list_true(
    tx: Transaction, deps: Deps, *, account_id: int, limit: int = 2 * SHOWN
) -> list[Recommended]:
    """As `list_recommended`, without having any made. Not for handlers."""
    found = _stored(tx, account_id)[:limit]
    leading = _leading(tx, account_id, {each.reason.get("room_id") for each in found})
    ids = [each.id for each in found]
    people = count_talked_with(tx, deps, account_id=account_id, room_ids=ids)
    return [_recommended(each, leading, people.get(each.id, 0)) for each in found]


def _stored(tx: Transaction, actor_id: int) -> Sequence[Any]:
    joined = select(_MEMBERS.c.room_id).where(_MEMBERS.c.account_id == actor_id)
    declined = select(col(DeclinedRoom.room_id)).where(col(DeclinedRoom.account_id) == actor_id)
    return tx.execute(
        select(
            _ROOMS.c.id,
            _ROOMS.c.slug,
            _ROOMS.c.name,
            _ROOMS.c.topic,
            _ROOMS.c.tags,
            FILED,
            ABOVE,
            _ROOMS.c.member_count,
            _STORED.c.reason,
            _STORED.c.model,
        )
        .join(_ROOMS, _ROOMS.c.id == _STORED.c.room_id)
        .where(
            _STORED.c.account_id == actor_id,
            IS_PUBLISHED,
            _ROOMS.c.id.not_in(joined),
            _ROOMS.c.id.not_in(declined),
            ~is_banned(room_id=_ROOMS.c.id, account_id=actor_id),
        )
        .order_by(_STORED.c.rank)
    ).all()


def _ask_once(tx: Transaction, deps: Deps, actor_id: int) -> None:
    """Ask, unless that was done: a page that is loaded again and again makes no work."""
    asked = select(col(RecommendationRequest.account_id)).where(
        col(RecommendationRequest.account_id) == actor_id
    )
    stored = select(_STORED.c.account_id).where(_STORED.c.account_id == actor_id)
    if not tx.execute(union(asked, stored)).first():
        ask(tx, deps, account_ids=[actor_id])


def _leading(tx: Transaction, actor_id: int, room_ids: Collection[int | None]) -> dict[int, Any]:
    """The rooms that reasons name, as far as the actor may read them now, and whether the actor is
    a member."""
    wanted = [each for each in room_ids if each is not None]
    if not wanted:
        return {}
    is_member = (
        select(_MEMBERS.c.room_id)
        .where(_MEMBERS.c.room_id == _ROOMS.c.id, _MEMBERS.c.account_id == actor_id)
        .exists()
    )
    rows = tx.execute(
        select(
            _ROOMS.c.id,
            _ROOMS.c.name,
            _ROOMS.c.tags,
            _ROOMS.c.topic,
            FILED,
            ABOVE,
            _ROOMS.c.has_assistant,
            IS_PUBLISHED.label("is_public"),
            is_member.label("is_member"),
        ).where(_ROOMS.c.id.in_(wanted), may_read(room_id=_ROOMS.c.id, account_id=actor_id))
    ).all()
    return {row.id: row for row in rows}


_WITHOUT_PEOPLE: dict[Link, Link] = {
    "alike": "alike",
    "both": "alike",
    "people": "faint",
    "faint": "faint",
}


def _recommended(found: Any, leading: Mapping[int, Any], people: int) -> Recommended:
    reason = Reason.model_validate(found.reason)
    room = leading.get(reason.room_id or 0)
    if room is not None and reason.by == "membership" and not room.is_member:
        room = None
    shared = shared_subject(room, found) if room is not None else ""
    name = room.name if room is not None else ""
    link = reason.link
    if room is None or not room.is_public:
        # Where people go is told of public rooms alone.
        link = _WITHOUT_PEOPLE[link]
    rests_on = {"people": name, "faint": shared}.get(link, shared or name)
    is_about = reason.word in {each.lower() for each in subjects_of(found)}
    word = reason.word if is_about else ""
    names = tuple(filter(None, (rests_on, word)))
    # What a model said rests on what was true then, and is told as long as that is true.
    is_true = reason.said and any(each.lower() in reason.said.lower() for each in names)
    return Recommended(
        room_id=found.id,
        slug=found.slug,
        name=found.name,
        topic=found.topic,
        member_count=found.member_count,
        reason=reason.said
        if is_true
        else reason_words(
            room=name,
            by=reason.by,
            link=link,
            shared=shared,
            word=word,
            people=people,
            is_lively=reason.room_id is None and not reason.word,
        ),
        model=found.model,
        names=names,
        may_be_told=room is None or room.has_assistant,
    )


def count_talked_with(
    tx: Transaction, deps: Deps, *, account_id: int, room_ids: Collection[int]
) -> dict[int, int]:
    """How many people are members of each of these rooms whom the account answered, or who answered
    it, lately in a room where both are members. Of public rooms alone: there everybody sees who is
    a member. Not for handlers.
    """
    if not room_ids:
        return {}
    people = _talked_with(account_id, since=deps.clock() - _TALKED_FOR)
    rows = tx.execute(
        select(_MEMBERS.c.room_id, func.count())
        .join(_ROOMS, _ROOMS.c.id == _MEMBERS.c.room_id)
        .join(Account, col(Account.id) == _MEMBERS.c.account_id)
        .where(
            _MEMBERS.c.room_id.in_(list(room_ids)),
            IS_PUBLISHED,
            _MEMBERS.c.account_id.in_(people),
            col(Account.kind) == Being.PERSON,
            col(Account.deactivated_at).is_(None),
        )
        .group_by(_MEMBERS.c.room_id)
    ).all()
    return {row[0]: row[1] for row in rows}


def _talked_with(account_id: int, *, since: Any) -> Any:
    """The people as SQL: authors of what the account answered, and of answers to it."""
    answer, answered = aliased(Message), aliased(Message)
    theirs = select(_MEMBERS.c.account_id, _MEMBERS.c.room_id).subquery()
    mine = select(_MEMBERS.c.room_id).where(_MEMBERS.c.account_id == account_id)
    chosen: list[Any] = []
    for link in (col(answer.reply_to_id), col(answer.thread_id)):
        for me, other in ((answer, answered), (answered, answer)):
            chosen.append(
                select(col(other.author_id))
                .join(me, link == col(answered.id))
                .join(
                    theirs,
                    (theirs.c.account_id == col(other.author_id))
                    & (theirs.c.room_id == col(other.room_id)),
                )
                .where(
                    col(me.author_id) == account_id,
                    col(other.author_id) != account_id,
                    col(answer.sent_at) > since,
                    col(answer.room_id).in_(mine),
                    col(answer.position).is_not(None),
                    col(answer.deleted_at).is_(None),
                    col(answered.deleted_at).is_(None),
                )
            )
    return union(*chosen)
