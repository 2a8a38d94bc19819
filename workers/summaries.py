"""Tasks about summaries."""

import structlog

from chatrooms.domain import jobs
from workers.app import app

log = structlog.get_logger(__name__)


@app.task(name=jobs.SUMMARISE, queue=jobs.AI_QUEUE)
def summarise(*, room_id: int, **_added_later: object) -> None:
    """Note that a room asks for a summary. The request itself stands in the database."""
    log.info("summary_asked_for", room_id=room_id)
