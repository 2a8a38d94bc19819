"""The bus: Redis channels that tell web processes what changed. A doorbell, never the truth."""

import json
from typing import Any, Literal

import structlog
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from chatrooms.domain.events import Sequenced

log = structlog.get_logger(__name__)

CONTROL = "chatrooms:control"
Changed = Literal["facts", "members", "requests"]
"""What a room's screens list besides messages: the room's own facts, members, join requests."""
Own = Literal["rooms", "marks", "notifications", "drafts"]
"""What a person's tabs show of the person alone: rooms and rights; own votes and such; the bell;
which rooms have a draft."""


def room_channel(room_id: int) -> str:
    """The channel on which the events of one room travel."""
    return f"chatrooms:room:{room_id}"


def typing_channel(room_id: int) -> str:
    """The channel on which typing notices and presence changes of one room travel."""
    return f"chatrooms:here:{room_id}"


def connect_redis(url: str) -> Redis:
    """A client with short time-outs: a Redis that is away is reported, not waited for."""
    return Redis.from_url(
        url,
        socket_timeout=2,
        socket_connect_timeout=2,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.05), retries=1),
        decode_responses=True,
    )


class Bus:
    """Publishes for this process. Losing what it publishes loses nothing: the hub compares itself
    with the database every few seconds. So a Redis that is away is logged and passed over."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def ring(self, event: Sequenced) -> None:
        """Tell every process that looks at the room about its new event."""
        self._publish(room_channel(event.room_id), event.model_dump_json())

    def access_changed(
        self,
        *,
        room_id: int | None = None,
        account_id: int | None = None,
        session_id: int | None = None,
    ) -> None:
        """Have every process check the grants that fit all the ids given, and drop the lost."""
        self._control(
            "access_changed", room_id=room_id, account_id=account_id, session_id=session_id
        )

    def nudge_account(self, account_id: int, changed: Own = "rooms") -> None:
        """Have the open tabs of a person load anew what changed of the person's own."""
        self._control("nudge", changed=changed, account_id=account_id)

    def nudge_room(self, room_id: int, changed: Changed) -> None:
        """Have the screens of a room that list what changed load it anew."""
        self._control("nudge", changed=changed, room_id=room_id)

    def here(self, room_id: int, payload: dict[str, Any]) -> None:
        """Tell every process that looks at the room who is typing or that presence changed."""
        self._publish(typing_channel(room_id), json.dumps(payload))

    def _control(self, kind: str, **fields: int | str | None) -> None:
        self._publish(CONTROL, json.dumps({"kind": kind, **fields}))

    def _publish(self, channel: str, payload: str) -> None:
        try:
            self._redis.publish(channel, payload)
        except RedisError as error:
            log.warning("bus_unreachable", channel=channel, error=type(error).__name__)
