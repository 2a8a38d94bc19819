"""Tasks of the room agent."""

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services.agent import ending, forgetting, resuming, scheduling
from workers.app import app


# Acknowledged when begun: `resume_lost` has another worker go on with what a killed one left, long
# before the broker would deliver it again.
@app.task(
    name=jobs.RUN_AGENT,
    queue=jobs.AGENTS_QUEUE,
    acks_late=False,
    soft_time_limit=540,
    time_limit=570,
)
def run(*, run_id: int, **_added_later: object) -> None:
    """Carry a run on. Safe to repeat, and at once by several workers."""
    # LangGraph takes a second of a processor to import: no worker starts with it.
    from chatrooms.agents.room_agent.carrying_out import carry_out

    carry_out(bootstrap.current(), run_id=run_id)


@app.task(name=jobs.LOOK_FOR_QUIET, queue=jobs.MAINTENANCE_QUEUE)
def look_for_quiet(**_added_later: object) -> None:
    """Begin a run in each quiet room whose agent is due. Safe to repeat, and at once."""
    scheduling.start_due(bootstrap.current())


@app.task(name=jobs.RESUME_AGENTS, queue=jobs.MAINTENANCE_QUEUE)
def resume_lost(**_added_later: object) -> None:
    """Have workers go on with what killed ones left, end what waited too long, and forget what runs
    that are over still keep. Safe to repeat."""
    resuming.resume_lost(bootstrap.current())
    forgetting.forget_ended(bootstrap.current())
    ending.expire_due(bootstrap.current())
