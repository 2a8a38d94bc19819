"""Tasks of recommendations, in the queue `ai`."""

import structlog

from chatrooms import bootstrap
from chatrooms.agents import recommending
from chatrooms.domain import jobs
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.recommending import requests
from workers.app import app

log = structlog.get_logger(__name__)


@app.task(name=jobs.RECOMMEND, queue=jobs.AI_QUEUE, soft_time_limit=240, time_limit=270)
def make_due(**_added_later: object) -> None:
    """Make the recommendations that are due. Safe to repeat, and at once by several workers. What
    cannot be made now waits for the next time."""
    try:
        recommending.make_due(bootstrap.current())
    except (VectorsUnavailable, ModelUnusable) as error:
        log.warning("recommending_put_off", error=type(error).__name__)


@app.task(name=jobs.RECOMMEND_ALL, queue=jobs.AI_QUEUE, soft_time_limit=60, time_limit=90)
def ask_all(**_added_later: object) -> None:
    """Have the recommendations of everybody made who was here lately. Safe to repeat."""
    requests.ask_all(bootstrap.current())
