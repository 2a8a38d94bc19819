"""Listens on the bus for the rooms of this process, and mends what a lost bus leaves behind."""

import asyncio
import json
from typing import Any, cast

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.adapters.bus import (
    ACTIVITY,
    CONTROL,
    answers_channel,
    room_channel,
    typing_channel,
)
from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Progress
from chatrooms.domain.events import Person, Sequenced
from chatrooms.live.grants import Grants
from chatrooms.live.holds import HoldKeeper
from chatrooms.live.hub import Hub
from chatrooms.live.online import OnlineKeeper
from chatrooms.live.presence import PresenceKeeper
from chatrooms.live.typists import ROOM
from chatrooms.live.unread import UnreadKeeper

log = structlog.get_logger(__name__)

_SWEEP_S = 1.0
_RETRY_S = 0.5
_GRANT_CHECK_EVERY = 4
"""Every how many heals the standing of all grants is checked, in case an announcement was lost."""


class Listener:
    """The subscription of one web process. Redis being away stops nothing but the doorbell."""

    def __init__(
        self,
        deps: Deps,
        hub: Hub,
        grants: Grants,
        presence: PresenceKeeper,
        unread: UnreadKeeper,
        online: OnlineKeeper,
        holds: HoldKeeper,
    ) -> None:
        self._deps = deps
        self._hub = hub
        self._grants = grants
        self._presence = presence
        self._unread = unread
        self._online = online
        self._holds = holds
        self._pubsub: PubSub | None = None
        self._watched: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        hub.live.watch = lambda room_id: self._watch(*_channels(room_id))
        hub.live.unwatch = lambda room_id: self._unwatch(*_channels(room_id))
        hub.answers.watch = lambda account_id: self._watch(answers_channel(account_id))
        hub.answers.unwatch = lambda account_id: self._unwatch(answers_channel(account_id))
        holds.is_deaf = lambda: self._pubsub is None

    async def run(self) -> None:
        """Listen, heal and sweep until cancelled."""
        await asyncio.gather(self._listen_for_ever(), self._heal_for_ever(), self._sweep())

    def _watch(self, *channels: str) -> None:
        self._watched.update(channels)
        self._spawn(self._subscribe(*channels))

    def _unwatch(self, *channels: str) -> None:
        self._watched.difference_update(channels)
        self._spawn(self._unsubscribe(*channels))

    async def _subscribe(self, *channels: str) -> None:
        if self._pubsub is not None:
            await self._pubsub.subscribe(*channels)

    async def _unsubscribe(self, *channels: str) -> None:
        unwatched = [channel for channel in channels if channel not in self._watched]
        if self._pubsub is not None and unwatched:
            await self._pubsub.unsubscribe(*unwatched)

    def _spawn(self, work: Any) -> None:
        async def quietly() -> None:
            try:
                await work
            except RedisError as error:
                # The listening loop meets the same error and subscribes to everything anew.
                log.warning("subscribe_failed", error=type(error).__name__)

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("bus_lost", error=type(error).__name__)
            self._pubsub = None
            await asyncio.sleep(_RETRY_S)

    async def _listen(self) -> None:
        redis = Redis.from_url(
            self._deps.settings.redis_url.get_secret_value(), health_check_interval=10
        )
        async with redis, redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CONTROL, ACTIVITY)
            # From here on what is newly watched subscribes itself; what was before is caught up.
            self._pubsub = pubsub
            for channel in list(self._watched):
                await self._subscribe(channel)
            log.info("bus_listening", channels=len(self._watched))
            await self._mend()
            while True:
                message = cast(dict[str, Any] | None, await pubsub.get_message(timeout=10))
                if message is not None:
                    self._take(message["channel"].decode(), message["data"])

    async def _mend(self) -> None:
        try:
            await self._hub.live.heal()
            await self._grants.check(list(self._hub.tabs.values()))
        except SQLAlchemyError as error:
            log.warning("heal_failed", error=type(error).__name__)
        self._hub.nudges.lists()
        self._hub.answers.mend()

    def _take(self, channel: str, data: bytes) -> None:
        try:
            if channel == CONTROL:
                self._take_control(json.loads(data))
            elif channel.startswith("chatrooms:room:"):
                self._hub.live.receive(Sequenced.model_validate_json(data))
            elif channel == ACTIVITY:
                self._take_activity(json.loads(data))
            elif channel.startswith("chatrooms:answers:"):
                self._hub.answers.receive(Progress.model_validate_json(data))
            else:
                self._take_here(int(channel.rpartition(":")[2]), json.loads(data))
        except (ValidationError, ValueError, KeyError) as error:
            # Of another version, perhaps: the comparison with the database mends what it said.
            log.warning("bus_message_unreadable", channel=channel, error=type(error).__name__)
        except Exception:
            # A fault in what one message led to must not make the process deaf to all others.
            log.exception("bus_message_failed", channel=channel)

    def _take_activity(self, notice: dict[str, Any]) -> None:
        room_id, ordinal = notice["room_id"], notice["ordinal"]
        if notice["kind"] == "posted":
            self._unread.posted(room_id, ordinal=ordinal, author_id=notice["author_id"])
        else:
            is_following = notice["is_following"]
            people = notice["account_ids"]
            self._unread.read(room_id, people, ordinal=ordinal, is_following=is_following)

    def _take_control(self, control: dict[str, Any]) -> None:
        account_id, room_id = control.get("account_id"), control.get("room_id")
        if control["kind"] == "nudge":
            self._nudge(control, room_id=room_id)
            return
        if control["kind"] == "person_moved":
            self._spawn(self._online.show(control["account_id"]))
            return
        if control["kind"] == "held":
            self._hold(control)
            return
        if control["kind"] == "decided":
            self._hub.checking.decided(control["room_id"], control["authors"])
            return
        self._spawn(
            self._grants.access_changed(
                account_id=account_id, room_id=room_id, session_id=control.get("session_id")
            )
        )

    def _hold(self, control: dict[str, Any]) -> None:
        self._holds.held(limit_ms=control["limit_ms"])
        if control["is_new"]:
            self._hub.checking.held(
                control["room_id"], control["message_id"], author_id=control["account_id"]
            )

    def _nudge(self, control: dict[str, Any], *, room_id: int | None) -> None:
        changed, account_ids = control["changed"], control.get("account_ids")
        if room_id is not None:
            self._hub.nudges.room(room_id, changed)
        else:
            told = {control["account_id"]} if account_ids is None else set(account_ids)
            self._hub.nudges.accounts(
                told,
                changed,
                from_sid=control.get("from_sid", ""),
                in_room=control.get("in_room"),
            )

    def _take_here(self, room_id: int, notice: dict[str, Any]) -> None:
        if notice["kind"] == "typing":
            person = Person.model_validate(notice["person"])
            self._presence.typing(room_id, person, thread_id=notice.get("thread_id") or ROOM)
        elif notice["kind"] == "writing":
            self._take_written(Progress.model_validate(notice["progress"]))
        else:
            self._presence.look_again(room_id)

    def _take_written(self, progress: Progress) -> None:
        if progress.author is None:
            return
        self._hub.threads.written(progress)
        if progress.is_over:
            self._presence.typed(progress.room_id, progress.author)
        else:
            self._presence.typing(progress.room_id, progress.author)

    async def _heal_for_ever(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(self._deps.settings.heal_interval_s)
            rounds += 1
            try:
                await self._hub.live.heal()
                await self._hub.answers.heal()
                if rounds % _GRANT_CHECK_EVERY == 0:
                    await self._grants.check(list(self._hub.tabs.values()))
                    self._hub.forget_unseen()
                    await self._unread.heal()
            except SQLAlchemyError as error:
                log.warning("heal_failed", error=type(error).__name__)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            self._hub.sweep()
            self._presence.expire_typing()
            self._hub.threads.expire_written()


def _channels(room_id: int) -> tuple[str, str]:
    return room_channel(room_id), typing_channel(room_id)
