"""Tasks about the index of meaning."""

import structlog

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.ai import indexing
from workers.app import app

log = structlog.get_logger(__name__)


@app.task(name=jobs.INDEX, queue=jobs.AI_QUEUE, soft_time_limit=120, time_limit=150)
def index(**_added_later: object) -> None:
    """Have the index follow what waits. Safe to repeat, and at once by several workers, of
    which one is at it. What cannot be followed now waits for the next time."""
    try:
        indexing.index_alone(bootstrap.current())
    except (VectorsUnavailable, ModelUnusable) as error:
        log.warning("indexing_put_off", error=type(error).__name__)
