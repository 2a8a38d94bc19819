"""Tasks of summaries, in the queue `ai`: moderation never waits behind them."""

from chatrooms import bootstrap
from chatrooms.agents import room_memory
from chatrooms.domain import jobs
from workers.app import app


@app.task(name=jobs.SUMMARISE, queue=jobs.AI_QUEUE, soft_time_limit=540, time_limit=570)
def summarise(*, room_id: int, **_added_later: object) -> None:
    """Make the summaries that are due in a room. Safe to repeat, and at once."""
    room_memory.summarise_room(bootstrap.current(), room_id=room_id)


@app.task(name=jobs.SUMMARISE_DUE, queue=jobs.AI_QUEUE, soft_time_limit=540, time_limit=570)
def summarise_due(**_added_later: object) -> None:
    """Make what is due in any room. Safe to repeat, and at once."""
    room_memory.summarise_due(bootstrap.current())
