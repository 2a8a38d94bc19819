"""Sends jobs to the worker by name. What a job does is decided there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from chatrooms.broker import broker_url

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Jobs that wait in the broker."""

    by_queue: dict[str, int]
    taken: int
    """Those that a worker has, or that wait there for their time."""


def count_waiting(redis: Redis, *, queues: Sequence[str]) -> Waiting:
    """How many jobs wait in each queue. `redis` is the broker's. Raises: redis.RedisError."""
    # Celery's Redis broker keeps a list per queue, and a hash of what workers took.
    with redis.pipeline(transaction=False) as pipe:
        for name in queues:
            pipe.llen(name)
        pipe.hlen("unacked")
        *lengths, taken = cast(list[int], pipe.execute())
    return Waiting(dict(zip(queues, lengths, strict=True)), taken)


class JobQueue:
    """The way from this process to the worker. Connects when the first job is sent."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    def send(self, name: str, *, queue: str, delay_s: float = 0, **arguments: int | bool) -> None:
        """Have the worker do a job with these arguments, after `delay_s` seconds.

        To be called after the commit. With Redis away the job is lost, which is logged: send only
        what something else mends or what can wait for the next time.
        """
        try:
            self._app.send_task(
                name, kwargs=arguments, queue=queue, countdown=delay_s or None, ignore_result=True
            )
        except (OperationalError, RedisError, OSError) as error:
            log.warning("job_not_sent", job=name, error=type(error).__name__)

    @cached_property
    def _app(self) -> Celery:
        app = Celery(broker=broker_url(self._redis_url), set_as_current=False)
        app.conf.update(
            task_publish_retry=False,
            task_create_missing_queues=True,
            broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2},
        )
        return app
