"""The Celery app. Its broker and options are read when they are first needed, not at import."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init

from chatrooms import logs
from chatrooms.domain import jobs
from chatrooms.settings import get_settings
from workers import monitoring

app = Celery(
    "chatrooms",
    config_source="workers.config",
    include=[
        "workers.assistant",
        "workers.indexing",
        "workers.maintenance",
        "workers.moderation",
        "workers.polls",
        "workers.summaries",
    ],
    set_as_current=True,
)
monitoring.connect()
_NICE = {jobs.AI_QUEUE: 10, jobs.ASSISTANT_QUEUE: 5}


@setup_logging.connect
def configure_logging(**_signal: object) -> None:
    """Log like every other process of the product instead of in Celery's own way."""
    logs.configure(as_json=get_settings().log_json)


@worker_init.connect
def give_way(**_signal: object) -> None:
    """Have what embeds and summarises leave the processor to what people wait for, and what answers
    one person to what carries everybody's messages. Processes and threads begun later inherit it.
    """
    less = [nice for name, nice in _NICE.items() if name in app.amqp.queues.consume_from]
    os.nice(max(less, default=0))
