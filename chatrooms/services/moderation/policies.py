"""A room's moderation policy: who decides, from which score on, what is held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Room
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.events import RoomChanged
from chatrooms.domain.moderation import Policy
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room, access_room_by_slug
from chatrooms.services.event_log import append_event, lock_policy, take_seq
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.changes import POLICY, announce_change
from chatrooms.services.rooms import facts_of

_WRONG = {
    "mode": "Choose Manual, Semi-auto or Auto.",
    "flag_threshold": "The flag threshold must be from 0 to 1.",
    "remove_threshold": "The removal threshold must be from 0 to 1.",
    "hold_limit_ms": "The hold limit must be from 0.25 to 60 seconds.",
    "hold_expiry": "Choose what happens to a held message that is late.",
    "unreadable": "Choose what happens to text that the model cannot read.",
    "summary_every": "A summary can be asked for every 1 to 10,000 messages.",
    "sample_per_mille": "The sample must be from 0 to 1,000 in a thousand.",
    "slow_s": "Slow mode can be from 0 seconds to 6 hours.",
}


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """What somebody chose for a policy; what is not named stays. Unchecked until `checked`."""

    chosen: Mapping[str, object] = field(default_factory=dict[str, object])

    def checked(self, before: Policy) -> Policy:
        """The policy that follows. Raises: InvalidInput saying what is wrong."""
        known = {name: value for name, value in self.chosen.items() if name in Policy.model_fields}
        try:
            return Policy.model_validate({**before.model_dump(), **known})
        except ValidationError as problem:
            first = problem.errors()[0]
            where = str(first["loc"][0]) if first["loc"] else ""
            said = first["msg"].removeprefix("Value error, ")
            raise InvalidInput(_WRONG.get(where, said)) from None


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """A room's policy, as one of its moderators sees it."""

    room_id: int
    room_name: str
    policy: Policy
    can_change: bool


def get_policy(deps: Deps, *, actor_id: int, slug: object) -> RoomPolicy:
    """The policy of the room behind an address, for its moderators.

    Raises: RoomUnavailable, NotAllowed; RoomArchived.
    """
    with transaction(deps.sessions) as tx:
        access = access_room_by_slug(tx, actor_id=actor_id, slug=slug, to=Permission.MODERATE)
    return RoomPolicy(
        room_id=access.room_id,
        room_name=access.facts.name,
        policy=access.policy,
        can_change=Permission.EDIT_ROOM in access.permissions,
    )


def change_policy(deps: Deps, *, actor_id: int, room_id: int, draft: PolicyDraft) -> Policy:
    """Change how a room is moderated from now on; what was judged stays as it is. Owners only.
    The policy that now holds.

    Raises: InvalidInput; NotAllowed; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        before = lock_policy(tx, room_id=access.room_id)
        after = draft.checked(before)
        old, new = _difference(before, after)
        if not new:
            return after
        seq = take_seq(tx, room_id=access.room_id)
        tx.execute(
            update(Room)
            .where(col(Room.id) == access.room_id)
            .values(policy=after.model_dump(mode="json", exclude_defaults=True))
        )
        write_audit(
            tx,
            deps,
            room_id=access.room_id,
            action=POLICY,
            by_id=access.actor.id,
            detail={"old": old, "new": new},
        )
        room = tx.get_one(Room, access.room_id, populate_existing=True)
        event = RoomChanged(facts=facts_of(room))
        append_event(tx, deps, room_id=access.room_id, seq=seq, event=event)
        tx.after_commit(lambda: deps.bus.nudge_room(access.room_id, "facts"))
        announce_change(tx, deps, room_id=access.room_id)
        return after


def _difference(before: Policy, after: Policy) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was and what is, where they differ."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    changed = [name for name in new if new[name] != old[name]]
    return {name: old[name] for name in changed}, {name: new[name] for name in changed}
