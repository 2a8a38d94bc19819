"""Asks every server the product needs, all at once and briefly."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from chatrooms.adapters.probes import check_chroma, check_redis, check_worker
from chatrooms.db.probes import check_database, check_migrations
from chatrooms.domain.startup import NotReady
from chatrooms.ml.probes import check_model
from chatrooms.settings import Settings

Check = Callable[[Settings], None]

CHECKS: Mapping[str, Check] = {
    "database": check_database,
    "migrations": check_migrations,
    "redis": check_redis,
    "chroma": check_chroma,
    "worker": check_worker,
    "model": check_model,
}

# Longer than each probe's own time-outs, which bound how long a thread is busy.
PROBE_LIMIT_S = 5.0
# Asking again within this time gives the same answer, so that nobody can make us ask without end.
KEEP_S = 1.0


class Readiness:
    """What is down, asked at most once a second and by one request at a time."""

    def __init__(
        self,
        settings: Settings,
        *,
        checks: Mapping[str, Check] = CHECKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._checks = checks
        self._clock = clock
        self._turn = asyncio.Lock()
        self._threads = ThreadPoolExecutor(len(self._checks), thread_name_prefix="readiness")
        self._known: dict[str, str] = {}
        self._known_at: float | None = None

    async def faults(self) -> dict[str, str]:
        """The parts that are down, with the kind of fault; empty if all is well."""
        async with self._turn:
            if self._known_at is None or self._clock() - self._known_at >= KEEP_S:
                self._known = await self._ask_all()
                self._known_at = self._clock()
            return self._known

    async def _ask_all(self) -> dict[str, str]:
        names = list(self._checks)
        found = await asyncio.gather(*(self._ask(self._checks[name]) for name in names))
        return {name: fault for name, fault in zip(names, found, strict=True) if fault}

    async def _ask(self, check: Check) -> str | None:
        """The kind of fault, or None. Any exception at all means the part is not usable."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PROBE_LIMIT_S):
                await loop.run_in_executor(self._threads, check, self._settings)
        except TimeoutError:
            return "no answer in time"
        except Exception as error:
            return str(error) if isinstance(error, NotReady) else type(error).__name__
        return None
