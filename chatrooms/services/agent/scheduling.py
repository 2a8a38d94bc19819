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
from chatrooms.services.agent.timing import list_candidates, why_not


def start_due(deps: Deps) -> int:
    """Begin a run in every room whose agent is due; how many. For beat. Safe to repeat, and at
    once: a room has one run at a time."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        candidates = () if are_stopped(tx) else list_candidates(tx, now=now)
    begun = 0
    for each in candidates:
        # One transaction per room: a worker begins while the others are still looked at.
        with transaction(deps.sessions) as tx:
            if why_not(tx, each, now=now) is None:
                begun += start(tx, deps, room_id=each.room_id, trigger=Trigger.QUIET) is not None
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
