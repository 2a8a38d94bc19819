"""How a room has its agent behave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import RoomAgent, table_of
from chatrooms.domain.agent import AgentSettings
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.agent.switch import are_stopped
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation.audit import write_audit

CHANGED = "agent"
"""What the moderation log calls a change of these settings."""
_AGENTS = table_of(RoomAgent)
_WRONG = {
    "mode": "Choose Off, Propose or Autonomous.",
    "quiet_min": "A room is quiet after 5 minutes to a week.",
    "pause_min": "The pause must be from 10 minutes to a week.",
    "from_hour": "The first hour must be from 0 to 23.",
    "until_hour": "The last hour must be from 1 to 24.",
    "timezone": "There is no such time zone.",
    "posts_per_day": "The agent may put out 1 to 50 things a day.",
    "tokens_per_day": "The agent may use 1,000 to 5,000,000 tokens a day.",
    "max_steps": "A run may ask the model 1 to 20 times.",
    "max_tokens": "A run may use 1,000 to 500,000 tokens.",
}


@dataclass(frozen=True, slots=True)
class RoomAgentSettings:
    """A room's agent, as one of its moderators sees it."""

    settings: AgentSettings
    can_change: bool
    has_assistant: bool
    """Whether a language model may read the room at all."""
    is_stopped: bool
    """Whether an administrator stopped all agents."""
    model: str


def read_settings(tx: Transaction, *, room_id: int) -> AgentSettings:
    """The room's settings for its agent, as they are now."""
    row = tx.get(RoomAgent, room_id, populate_existing=True)
    return AgentSettings.model_validate(row.settings if row is not None else {})


def get_settings(deps: Deps, *, actor_id: int, room_id: int) -> RoomAgentSettings:
    """How a room has its agent behave, for its moderators. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        return RoomAgentSettings(
            settings=read_settings(tx, room_id=access.room_id),
            can_change=Permission.EDIT_ROOM in access.permissions,
            has_assistant=access.facts.has_assistant,
            is_stopped=are_stopped(tx),
            model=deps.chat.name,
        )


def change_settings(
    deps: Deps, *, actor_id: int, room_id: int, chosen: Mapping[str, object]
) -> AgentSettings:
    """Change how the room's agent behaves from now on; what is not named stays. Owners only. A run
    that is under way goes on by what it was begun with, except that turning the agent off ends it.

    Raises: InvalidInput; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.EDIT_ROOM)
        lock_room(tx, room_id=access.room_id)
        before = read_settings(tx, room_id=access.room_id)
        after = _checked(before, chosen)
        old, new = _difference(before, after)
        if not new:
            return after
        stored = after.model_dump(mode="json", exclude_defaults=True)
        row = insert(_AGENTS).values(room_id=access.room_id, settings=stored, look_at=None)
        tx.execute(
            row.on_conflict_do_update(
                index_elements=["room_id"], set_={"settings": stored, "look_at": None}
            )
        )
        write_audit(
            tx,
            deps,
            room_id=access.room_id,
            action=CHANGED,
            by_id=access.actor.id,
            detail={"old": old, "new": new},
        )
        tx.after_commit(lambda: deps.bus.nudge_room(access.room_id, "agent"))
        return after


def _checked(before: AgentSettings, chosen: Mapping[str, object]) -> AgentSettings:
    known = {name: value for name, value in chosen.items() if name in AgentSettings.model_fields}
    try:
        after = AgentSettings.model_validate({**before.model_dump(), **known})
    except ValidationError as problem:
        where = str(problem.errors()[0]["loc"][0])
        raise InvalidInput(_WRONG[where]) from None
    if after.from_hour == after.until_hour % 24 and after.until_hour != 24:
        raise InvalidInput("The first hour and the last one must differ.")
    return after


def _difference(
    before: AgentSettings, after: AgentSettings
) -> tuple[dict[str, Any], dict[str, Any]]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    changed = [name for name in new if new[name] != old[name]]
    return {name: old[name] for name in changed}, {name: new[name] for name in changed}
