"""What another policy or rule would have done to the messages of the last days.

Computed from stored verdicts: no text is scored again, so the answer is there at once. A rule that
is tried is matched against the stored texts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Message, Room
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.moderation import Decision, Policy, decide
from chatrooms.domain.permissions import Permission
from chatrooms.domain.rules import Rule, RuleDraft
from chatrooms.ml.characters import clean_text
from chatrooms.services.access import access_admin, access_room
from chatrooms.services.access_rooms import access_rooms, access_rooms_to
from chatrooms.services.moderation.cases import list_staff_of
from chatrooms.services.moderation.decided import find_decided
from chatrooms.services.moderation.matching import NOTHING, find_fits
from chatrooms.services.moderation.policies import PolicyDraft
from chatrooms.services.moderation.rules import check_rule
from chatrooms.services.moderation.simulated import (
    Simulation,
    Stored,
    count_outcomes,
    list_stored,
    read_changed,
    without,
)
from chatrooms.services.moderation.texts import find_texts

DAYS = (7, 30)
MAX_MESSAGES = 20_000
MAX_MATCHED = 5_000
"""Texts that a tried rule is matched against, newest first."""
_TRIED = 0


@dataclass(frozen=True, slots=True)
class _Room:
    policy: Policy
    staff: frozenset[int]


def simulate(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int | None,
    days: int,
    policy: PolicyDraft | None = None,
    rule: RuleDraft | None = None,
    rule_id: int = 0,
    offset: int = 0,
    limit: int = 20,
) -> Simulation:
    """What a policy, or a rule that is added or put in the place of `rule_id`, would have done in a
    room in the last 7 or 30 days; for its moderators. Without a room, what the rule would have done
    in all of them, each under its own policy; for administrators. Changes nothing.

    Raises: InvalidInput; NotAllowed; as `access_room`.
    """
    if days not in DAYS:
        raise InvalidInput("Choose 7 or 30 days.")
    tried = Rule.of(id=_TRIED, seen=clean_text, **check_rule(rule)) if rule else None
    most = MAX_MATCHED if tried else MAX_MESSAGES
    with transaction(deps.sessions) as tx:
        chosen = _chosen(tx, actor_id, room_id, policy)
        since = deps.clock() - timedelta(days=days)
        stored = list_stored(tx, room_id=room_id, since=since, most=most)
        if rule_id:
            stored = [without(each, rule_id) for each in stored]
        if tried:
            stored = _with_rule(tx, tried, stored)
        rooms = _rooms(tx, stored, chosen)
        judged = [replace(each, after=_after(rooms[each.room_id], each)) for each in stored]
        about = None if room_id else [each.message_id for each in judged]
        decided = find_decided(tx, room_id=room_id, message_ids=about)
        changed = [each for each in judged if each.after is not each.before]
        readable = _readable(tx, actor_id, room_id, changed)
        page = readable[max(offset, 0) : max(offset, 0) + limit]
        messages = read_changed(tx, page, decided)
    return Simulation(
        looked_at=len(judged),
        is_all=len(judged) < most,
        counts=count_outcomes(judged, decided),
        changed=len(changed),
        hidden=len(changed) - len(readable),
        people=len({each.author_id for each in changed}),
        messages=messages,
    )


def _chosen(
    tx: Transaction, actor_id: int, room_id: int | None, policy: PolicyDraft | None
) -> Policy | None:
    """The policy that is tried, if the actor may; None for each room's own."""
    if room_id is None:
        access_admin(tx, actor_id=actor_id)
        return None
    access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
    return policy.checked(access.policy) if policy else access.policy


def _rooms(tx: Transaction, stored: Sequence[Stored], chosen: Policy | None) -> dict[int, _Room]:
    ids = {each.room_id for each in stored}
    staff = list_staff_of(tx, room_ids=ids)
    rows = tx.execute(select(col(Room.id), col(Room.policy)).where(col(Room.id).in_(ids)))
    return {
        row.id: _Room(
            Policy.model_validate(row.policy) if chosen is None else chosen,
            frozenset(staff.get(row.id, ())),
        )
        for row in rows
    }


def _with_rule(tx: Transaction, rule: Rule, stored: Sequence[Stored]) -> list[Stored]:
    ids = [each.message_id for each in stored]
    by_room: dict[int, list[Message]] = defaultdict(list)
    for message in tx.scalars(select(Message).where(col(Message.id).in_(ids))):
        by_room[message.room_id].append(message)
    fits = {
        message_id: fit
        for messages in by_room.values()
        for message_id, fit in find_fits(
            tx, rules=[rule], messages=messages, texts=find_texts(tx, messages)
        ).items()
    }
    return [
        replace(each, hits=(*each.hits, *fits.get(each.message_id, NOTHING).hits))
        for each in stored
    ]


def _after(room: _Room, each: Stored) -> Decision:
    outcome = decide(room.policy, score=each.score, hits=each.hits, is_asked=each.is_asked)
    is_reviewed = outcome.decision is Decision.REVIEW
    return Decision.APPROVE if is_reviewed and each.author_id in room.staff else outcome.decision


def _readable(
    tx: Transaction, actor_id: int, room_id: int | None, changed: Sequence[Stored]
) -> list[Stored]:
    """Those whose text the actor may read, highest score first."""
    if room_id is None:
        readable = set(access_rooms(tx, actor_id=actor_id))
        rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
        moderated = {room.id for room in rooms}
        changed = [
            each
            for each in changed
            if each.room_id in moderated or (each.is_shown and each.room_id in readable)
        ]
    return sorted(changed, key=lambda each: (-(each.score or 0), -each.message_id))
