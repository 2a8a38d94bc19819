"""The Celery app. Its broker and options are read when they are first needed, not at import."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready

from chatrooms import logs
from chatrooms.domain import jobs
from chatrooms.settings import get_settings
from workers import monitoring

app = Celery(
    "chatrooms",
    config_source="workers.config",
    include=[
        "workers.agents",
        "workers.assistant",
        "workers.indexing",
        "workers.maintenance",
        "workers.moderation",
        "workers.persons",
        "workers.polls",
        "workers.recommending",
        "workers.summaries",
    ],
    set_as_current=True,
)
monitoring.connect()


@setup_logging.connect
def configure_logging(**_signal: object) -> None:
    """Log like every other process of the product instead of in Celery's own way."""
    logs.configure(as_json=get_settings().log_json)


@worker_process_init.connect
def give_way(**_signal: object) -> None:
    """Have the processes that embed and summarise leave the processor to those that people wait
    for."""
    if jobs.AI_QUEUE in app.amqp.queues.consume_from:
        os.nice(10)


@worker_ready.connect
def give_way_a_little(**_signal: object) -> None:
    """Have the threads that answer one person leave the processor to what carries everybody's
    messages. They are begun later and inherit it; starting is what everybody waits for."""
    if jobs.ASSISTANT_QUEUE in app.amqp.queues.consume_from:
        os.nice(5)
