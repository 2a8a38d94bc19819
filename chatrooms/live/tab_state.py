"""Reflex's store of tab states in Redis, made safe against events that are cancelled.

A navigation or a reconnect cancels the page-load events before it. Where that hits an event while
it takes or gives back its lock, Reflex leaves the lock behind, and the tab answers nothing until
the lock expires ten seconds later.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

import reflex as rx
from reflex.istate.manager.redis import StateManagerRedis


class TabStates(StateManagerRedis):
    """States of tabs, whose locks are given back whatever happens to the event that held them."""

    def __post_init__(self) -> None:
        """Have the reply that gives a lock back awaited to its end."""
        super().__post_init__()
        give_back = self.redis.getdel

        def shielded(name: Any) -> Awaitable[Any]:
            return asyncio.shield(_started(give_back(name)))

        self.redis.getdel = shielded

    async def _try_get_lock(self, lock_key: bytes, lock_id: bytes) -> bool | None:
        """Take the lock. If the event is cancelled meanwhile, a lock that was won is given back."""
        winning = _started(super()._try_get_lock(lock_key, lock_id))
        try:
            return await asyncio.shield(winning)
        except asyncio.CancelledError:
            await self._give_back(lock_key, winning)
            raise

    async def _give_back(self, lock_key: bytes, winning: "asyncio.Task[bool | None]") -> None:
        async def after_win() -> None:
            if await winning:
                await self.redis.getdel(lock_key)
                self._notify_next_waiter(lock_key)

        await asyncio.shield(_started(after_win()))


def _started(work: Any) -> "asyncio.Task[Any]":
    async def run() -> Any:
        return await work

    coroutine: Coroutine[Any, Any, Any] = run()
    return asyncio.get_running_loop().create_task(coroutine)


def use_tab_states(app: rx.App) -> None:
    """Have the app keep its states in `TabStates`; an app that is only built has none in Redis."""
    found = app.state_manager
    if isinstance(found, StateManagerRedis):
        app._state_manager = TabStates(  # pyright: ignore[reportPrivateUsage]
            redis=found.redis,
            token_expiration=found.token_expiration,
            lock_expiration=found.lock_expiration,
            lock_warning_threshold=found.lock_warning_threshold,
        )
