"""Who looks at the live rooms of this process, and who types in them."""

import asyncio
import secrets

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.domain.events import Person
from chatrooms.live.hub import Hub
from chatrooms.live.offload import off_loop
from chatrooms.live.room import MAX_NAMED_ONLINE, LiveRoom
from chatrooms.live.typists import ROOM
from chatrooms.services import people, presence

log = structlog.get_logger(__name__)

_SETTLE_S = 0.3
"""How long changes of presence are gathered before they are written and shown."""


class PresenceKeeper:
    """Leases the presence of this process's people and shows who is there."""

    def __init__(self, deps: Deps, hub: Hub) -> None:
        self._deps = deps
        self._hub = hub
        self._process = secrets.token_hex(6)
        self._leased: dict[int, set[int]] = {}
        self._waiting: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        hub.presence_changed = self.changed

    def changed(self, room_id: int) -> None:
        """Somebody here came or went: write it and tell the other processes, in a moment."""
        self._soon(room_id, tell=True)

    def look_again(self, room_id: int) -> None:
        """Somebody came or went elsewhere: show it in a moment."""
        self._soon(room_id, tell=False)

    def _soon(self, room_id: int, *, tell: bool) -> None:
        if tell:
            self._waiting.add(-room_id)
        if room_id in self._waiting:
            return
        self._waiting.add(room_id)
        task = asyncio.get_running_loop().create_task(self._update(room_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _update(self, room_id: int) -> None:
        await asyncio.sleep(_SETTLE_S)
        self._waiting.discard(room_id)
        tell = -room_id in self._waiting
        self._waiting.discard(-room_id)
        try:
            if tell and await self._write(room_id):
                await off_loop(self._deps.bus.here, room_id, {"kind": "presence"})
            await self._show(room_id)
        except (RedisError, SQLAlchemyError) as error:
            log.warning("presence_failed", room_id=room_id, error=type(error).__name__)

    async def _write(self, room_id: int) -> bool:
        room = self._hub.rooms.get(room_id)
        here = {tab.signed_in.account_id for tab in room.tabs.values()} if room else set[int]()
        before = self._leased.get(room_id, set())
        if here == before:
            return False
        self._leased[room_id] = here
        await off_loop(presence.renew, self._deps, process=self._process, here={room_id: here})
        for account_id in before - here:
            await off_loop(
                presence.drop,
                self._deps,
                process=self._process,
                room_id=room_id,
                account_id=account_id,
            )
        if not here:
            del self._leased[room_id]
        return True

    async def _show(self, room_id: int) -> None:
        room = self._hub.rooms.get(room_id)
        if room is None:
            return
        ids = await off_loop(presence.list_present, self._deps, room_id=room_id)
        named = ids[:MAX_NAMED_ONLINE]
        online = await off_loop(people.list_people, self._deps, account_ids=named)
        if (online, len(ids)) != (room.online, room.online_count):
            room.online, room.online_count = online, len(ids)
            room.dirty |= {"online", "online_count"}
            self._hub.fan_out.schedule(room)

    async def run(self) -> None:
        """Renew the leases until cancelled, then end them."""
        try:
            while True:
                await asyncio.sleep(self._deps.settings.presence_ttl_s / 3)
                await self._renew()
        finally:
            await self._end_all()

    async def _renew(self) -> None:
        try:
            await off_loop(
                presence.renew, self._deps, process=self._process, here=dict(self._leased)
            )
        except RedisError as error:
            log.warning("presence_failed", error=type(error).__name__)
        for room_id in list(self._hub.rooms):
            self.look_again(room_id)

    async def _end_all(self) -> None:
        try:
            for room_id, accounts in self._leased.items():
                for account_id in accounts:
                    presence.drop(
                        self._deps, process=self._process, room_id=room_id, account_id=account_id
                    )
        except RedisError as error:
            log.warning("presence_failed", error=type(error).__name__)

    # Typing

    def typing(self, room_id: int, person: Person, *, thread_id: int = ROOM) -> None:
        """Show that somebody types, in the room or in a thread of it, for some seconds."""
        room = self._hub.rooms.get(room_id)
        if room is None or (thread_id != ROOM and thread_id not in room.threads):
            return
        ends = asyncio.get_running_loop().time() + self._deps.settings.typing_ttl_s
        if room.typists.note(thread_id, person, ends=ends):
            self._flush_typing(room, {thread_id})

    def typed(self, room_id: int, person: Person) -> None:
        """Somebody types in the room no more."""
        room = self._hub.rooms.get(room_id)
        if room is not None and room.typists.stop(ROOM, person.id):
            self._flush_typing(room, {ROOM})

    def expire_typing(self) -> None:
        """Take away the notices that ran out."""
        now = asyncio.get_running_loop().time()
        for room in self._hub.rooms.values():
            if places := room.typists.expire(now):
                self._flush_typing(room, places)

    def _flush_typing(self, room: LiveRoom, places: set[int]) -> None:
        room.note_typing(places)
        self._hub.fan_out.schedule(room)
