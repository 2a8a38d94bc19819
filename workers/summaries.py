"""Tasks of summaries, in the queue `ai`: moderation never waits behind them."""

from chatrooms import bootstrap
from chatrooms.agents import summaries
from chatrooms.domain import jobs
from chatrooms.services.ai import summarising
from workers.app import app


@app.task(name=jobs.SUMMARISE, queue=jobs.AI_QUEUE, soft_time_limit=540, time_limit=570)
def summarise(*, room_id: int, **_added_later: object) -> None:
    """Make the summaries that are due in a room. Safe to repeat, and at once."""
    summaries.summarise_room(bootstrap.current(), room_id=room_id)


@app.task(name=jobs.SUMMARISE_DUE, queue=jobs.AI_QUEUE, soft_time_limit=540, time_limit=570)
def summarise_due(**_added_later: object) -> None:
    """Make what is due in any room: a request got lost, a worker was killed, or the language
    model was away. Safe to repeat, and at once."""
    deps = bootstrap.current()
    for room_id in summarising.list_due(deps):
        summaries.summarise_room(deps, room_id=room_id)
