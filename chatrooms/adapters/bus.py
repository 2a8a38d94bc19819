"""The bus: Redis channels that tell web processes what changed. A doorbell, never the truth."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import structlog
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from chatrooms.domain.events import Message, MessagePosted, Sequenced

log = structlog.get_logger(__name__)

CONTROL = "chatrooms:control"
ACTIVITY = "chatrooms:activity"
"""Where every process hears that a room has a new message, and how far people have read."""
Changed = Literal["facts", "members", "requests", "pins", "summary", "sources", "agent"]
"""What a room's screens list besides messages: facts, members, join requests, pins, the summary,
and answers that may rest on a message which changed."""
Own = Literal[
    "rooms",
    "unread",
    "marks",
    "threads",
    "notifications",
    "replies",
    "drafts",
    "profile",
    "export",
    "person",
    "moderation",
    "policy",
    "learning",
    "rejudging",
    "turns",
    "recommended",
]
"""What a person's tabs show of the person alone: rooms and rights; the list of rooms with what is
unread there; own votes and such; threads followed and how far they are read; the bell; the bell and
how many of those threads hold something new; which rooms have a draft; name and picture; the page
of somebody who came online or went; what waits for them as moderators; policies and rules that they
see; trainings on decisions of rooms that they moderate; how far judging again is there; what they
asked the assistant; which rooms are recommended to them."""


def room_channel(room_id: int) -> str:
    """The channel on which the events of one room travel."""
    return f"chatrooms:room:{room_id}"


def typing_channel(room_id: int) -> str:
    """The channel on which typing notices and presence changes of one room travel."""
    return f"chatrooms:here:{room_id}"


def answers_channel(account_id: int) -> str:
    """The channel on which what the assistant writes for one person travels."""
    return f"chatrooms:answers:{account_id}"


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
        posted = event.event
        if isinstance(posted, MessagePosted) and posted.message.thread_id is None:
            self._announce_activity(event, posted.message)
        else:
            self._publish(room_channel(event.room_id), event.model_dump_json())

    def _announce_activity(self, event: Sequenced, message: Message) -> None:
        notice = {
            "kind": "posted",
            "room_id": event.room_id,
            "ordinal": message.ordinal,
            "author_id": message.author.id,
        }
        # One round trip for both: this is what happens most.
        with self._redis.pipeline(transaction=False) as both:
            both.publish(room_channel(event.room_id), event.model_dump_json())
            both.publish(ACTIVITY, json.dumps(notice))
            self._send(both.execute, room_channel(event.room_id))

    def read(
        self, room_id: int, account_ids: list[int], ordinal: int, *, are_following: bool = False
    ) -> None:
        """Tell the tabs of these people how far they have read the room now."""
        notice = {
            "kind": "read",
            "room_id": room_id,
            "ordinal": ordinal,
            "account_ids": account_ids,
            "is_following": are_following,
        }
        self._publish(ACTIVITY, json.dumps(notice))

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

    def nudge_account(self, account_id: int, changed: Own = "rooms", *, from_sid: str = "") -> None:
        """Have the open tabs of a person load anew what changed of the person's own, except the
        one on the socket `from_sid`, which knows already."""
        self._control("nudge", changed=changed, account_id=account_id, from_sid=from_sid)

    def nudge_accounts(
        self, account_ids: Sequence[int], changed: Own, *, in_room: int | None = None
    ) -> None:
        """As `nudge_account`, for several people in one message; `in_room`: only the tabs that show
        this room."""
        self._control("nudge", changed=changed, account_ids=list(account_ids), in_room=in_room)

    def held(
        self, room_id: int, message_id: int, *, author_id: int, limit_ms: int, is_new: bool
    ) -> None:
        """Have a message, or if it is not new an edit of it, released should nobody judge it in
        time, and an author's tabs show that a message is being checked, if that takes a while."""
        self._control(
            "held",
            room_id=room_id,
            message_id=message_id,
            account_id=author_id,
            limit_ms=limit_ms,
            is_new=is_new,
        )

    def decided(self, room_id: int, authors: Mapping[int, int]) -> None:
        """Have authors' tabs that show the room read these messages anew: moderation decided about
        them. `authors`: account ids by message id."""
        self._control("decided", room_id=room_id, authors=list(authors.items()))

    def nudge_room(self, room_id: int, changed: Changed) -> None:
        """Have the screens of a room that list what changed load it anew."""
        self._control("nudge", changed=changed, room_id=room_id)

    def person_moved(self, account_id: int) -> None:
        """Have screens that list the person show that the person came online or went."""
        self._control("person_moved", account_id=account_id)

    def here(self, room_id: int, payload: dict[str, Any]) -> None:
        """Tell every process that looks at the room who is typing or that presence changed."""
        self._publish(typing_channel(room_id), json.dumps(payload))

    def _control(self, kind: str, **fields: int | str | Sequence[Any] | None) -> None:
        self._publish(CONTROL, json.dumps({"kind": kind, **fields}))

    def _publish(self, channel: str, payload: str) -> None:
        self._send(lambda: self._redis.publish(channel, payload), channel)

    def _send(self, publish: Callable[[], Any], channel: str) -> None:
        try:
            publish()
        except RedisError as error:
            log.warning("bus_unreachable", channel=channel, error=type(error).__name__)
