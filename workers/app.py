"""The Celery app. Its broker and options are read when they are first needed, not at import."""

from celery import Celery
from celery.signals import setup_logging

from chatrooms import logs
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


@setup_logging.connect
def configure_logging(**_signal: object) -> None:
    """Log like every other process of the product instead of in Celery's own way."""
    logs.configure(as_json=get_settings().log_json)
