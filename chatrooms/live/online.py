"""Who has any tab open in this process, whatever it shows."""

import asyncio
import secrets
from collections.abc import Coroutine

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.live.hub import Hub
from chatrooms.live.offload import off_loop
from chatrooms.services import presence

log = structlog.get_logger(__name__)

_COME_S = 0.2
"""How long people who come are gathered before they are written."""
_GO_S = 2.0
"""How long tabs may be gone before their person is: a page that is loaded anew is no leaving."""


class OnlineKeeper:
    """Leases that this process's people are online, and stores when they were seen last."""

    def __init__(self, deps: Deps, hub: Hub) -> None:
        self._deps = deps
        self._hub = hub
        self._process = secrets.token_hex(6)
        self._leased: set[int] = set()
        self._update: asyncio.Task[None] | None = None
        hub.tabs_changed = self.tabs_changed

    def tabs_changed(self, account_id: int) -> None:
        """A tab of the account came or went: see in a moment what is left of it."""
        if self._update is not None:
            return
        is_here = account_id in self._here()
        if is_here != (account_id in self._leased):
            work = self._settle(_COME_S if is_here else _GO_S)
            self._update = asyncio.get_running_loop().create_task(work)

    def _here(self) -> set[int]:
        return {tab.signed_in.account_id for tab in self._hub.tabs.values()}

    async def _settle(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._update = None
        here = self._here()
        came, gone = here - self._leased, self._leased - here
        self._leased = here
        await self._try(self._write(came, gone))

    async def _write(self, came: set[int], gone: set[int]) -> None:
        moved = came | gone
        before = await off_loop(presence.list_online, self._deps, account_ids=moved)
        await off_loop(presence.renew_online, self._deps, process=self._process, account_ids=came)
        for account_id in gone:
            await off_loop(
                presence.drop_online, self._deps, process=self._process, account_id=account_id
            )
        after = await off_loop(presence.list_online, self._deps, account_ids=moved)
        await off_loop(presence.note_seen, self._deps, account_ids=came)
        await off_loop(presence.note_seen, self._deps, account_ids=gone - after, at_once=True)
        for account_id in before ^ after:
            await off_loop(self._deps.bus.person_moved, account_id)

    async def show(self, account_id: int) -> None:
        """Somebody came online or went: the person's page and the members that screens list show
        it."""
        tabs = self._hub.tabs.values()
        viewers = {tab.signed_in.account_id for tab in tabs if tab.profile_id == account_id}
        if viewers:
            self._hub.nudges.accounts(viewers, "person")
        listed = {tab.room_id for tab in self._hub.tabs.values() if tab.has_info_open}
        room_ids = [room_id for room_id in listed if room_id is not None]
        if not room_ids:
            return
        try:
            shown = await off_loop(
                presence.list_rooms_of, self._deps, account_id=account_id, room_ids=room_ids
            )
        except SQLAlchemyError as error:
            log.warning("online_failed", error=type(error).__name__)
            return
        for room_id in shown:
            self._hub.nudges.room(room_id, "members")

    async def run(self) -> None:
        """Renew the leases until cancelled, then end them."""
        every = self._deps.settings.presence_ttl_s / 3
        rounds_between = max(1, round(presence.SEEN_EVERY.total_seconds() / every))
        rounds = 0
        try:
            while True:
                await asyncio.sleep(every)
                rounds += 1
                await self._try(self._renew(is_seen=rounds % rounds_between == 0))
        finally:
            self._end_all()

    async def _renew(self, *, is_seen: bool) -> None:
        here = set(self._leased)
        await off_loop(presence.renew_online, self._deps, process=self._process, account_ids=here)
        if is_seen:
            await off_loop(presence.note_seen, self._deps, account_ids=here)

    def _end_all(self) -> None:
        try:
            for account_id in self._leased:
                presence.drop_online(self._deps, process=self._process, account_id=account_id)
            presence.note_seen(self._deps, account_ids=self._leased, at_once=True)
        except (RedisError, SQLAlchemyError) as error:
            log.warning("online_failed", error=type(error).__name__)

    async def _try(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (RedisError, SQLAlchemyError) as error:
            log.warning("online_failed", error=type(error).__name__)
