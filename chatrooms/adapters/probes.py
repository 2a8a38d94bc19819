"""One brief question each to Redis, Chroma and the worker. Returning means it is well."""

import urllib.request
from typing import Any, cast

from celery import Celery
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from chatrooms.broker import broker_url
from chatrooms.domain.jobs import QUEUES
from chatrooms.domain.startup import NotReady
from chatrooms.settings import Settings

TIMEOUT_S = 2
_WORKERS = 3


def check_redis(settings: Settings) -> None:
    """Redis answers."""
    client = Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
    with client:
        client.ping()


def check_chroma(settings: Settings) -> None:
    """Chroma answers."""
    url = f"{settings.chroma_url.rstrip('/')}/api/v2/heartbeat"
    with urllib.request.urlopen(url, timeout=TIMEOUT_S):
        pass


def check_worker(settings: Settings) -> None:
    """A Celery worker answers for each queue through the broker."""
    options = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    app = Celery(
        broker=broker_url(settings.redis_url.get_secret_value()),
        set_as_current=False,
        broker_transport_options=options,
    )
    try:
        served = _served(app)
    finally:
        app.close()
    if not served:
        raise NotReady("no worker answers")
    if missing := [name for name in QUEUES if name not in served]:
        raise NotReady(f"no worker serves {', '.join(missing)}")


def _served(app: Celery) -> set[str]:
    """The queues whose workers answer."""
    served: set[str] = set()
    with cast(Any, app).connection_for_write(connect_timeout=TIMEOUT_S) as connection:
        connection.ensure_connection(max_retries=1, timeout=TIMEOUT_S)
        # As many answers as an instance of its own has workers come at once; where there are more
        # workers, those may all be of one queue, and only waiting tells that no other is there.
        for limit in (_WORKERS, None):
            asked = cast(Any, app).control.inspect(
                timeout=TIMEOUT_S, limit=limit, connection=connection
            )
            answers: dict[str, list[dict[str, Any]]] = asked.active_queues() or {}
            served |= {queue["name"] for queues in answers.values() for queue in queues}
            if served.issuperset(QUEUES) or not answers:
                break
    return served
