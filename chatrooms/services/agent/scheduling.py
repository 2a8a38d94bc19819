"""Which runs are begun: by beat in quiet rooms, and by moderators."""

from datetime import timedelta

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.agent import AgentMode, Trigger
from chatrooms.domain.errors import AgentBusy, AgentOff, AssistantOff
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits
from chatrooms.services.access import access_room
from chatrooms.services.agent.runs import start
from chatrooms.services.agent.settings import read_settings
from chatrooms.services.agent.switch import are_stopped
from chatrooms.services.agent.timing import take_due

LOOKS = 500
"""At how many rooms one sweep looks. One whose agent is not due is looked at once an hour at
least, so that is enough for thirty thousand."""


def start_due(deps: Deps, *, at_most: int = LOOKS) -> int:
    """Begin a run in every room whose agent is due; how many. For beat. Safe to repeat, and at
    once: a room has one run at a time.

    Args:
        at_most: rooms to look at; those that waited longest for it, so that all get their turn.
    """
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        due = () if are_stopped(tx) else take_due(tx, now=now, limit=at_most)
    begun = 0
    for room_id in due:
        # One transaction per room: a worker begins while the others are still begun.
        with transaction(deps.sessions) as tx:
            begun += start(tx, deps, room_id=room_id, trigger=Trigger.QUIET) is not None
    return begun


def boost(deps: Deps, *, actor_id: int, room_id: int) -> int:
    """Begin a run in a room now, whatever its hours; the run's id. Owners and moderators.

    Raises: AssistantOff, AgentOff; AgentBusy while another is under way or its proposal waits;
        RateLimited; ServiceUnavailable with Redis away; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        if not access.facts.has_assistant:
            raise AssistantOff
        if are_stopped(tx):
            raise AgentOff("An administrator stopped all agents.")
        if read_settings(tx, room_id=access.room_id).mode is AgentMode.OFF:
            raise AgentOff
        run_id = start(
            tx, deps, room_id=access.room_id, trigger=Trigger.BOOST, by_id=access.actor.id
        )
        if run_id is None:
            raise AgentBusy
        # Counted last: what could not be begun counts for nobody. A refusal rolls all back.
        limits.count(
            deps,
            what="boosts",
            whose=str(access.room_id),
            limit=deps.settings.agent_boosts_per_hour,
            per=timedelta(hours=1),
        )
        return run_id
