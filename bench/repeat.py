"""Doing the same many times, and how long each took."""

import asyncio
import time
from collections.abc import Callable

from bench.instance import Instance
from bench.page import Page
from bench.people import Visitor

_WARM_UP = 10
_TIMEOUT_S = 60


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Seconds that each of so many calls took, after some that warm up."""
    seconds: list[float] = []
    for number in range(times + _WARM_UP):
        start = time.perf_counter()
        act()
        if number >= _WARM_UP:
            seconds.append(time.perf_counter() - start)
    return seconds


async def asked(
    instance: Instance, who: Visitor, *, path: str, handler: str, answer: bytes, times: int
) -> list[float]:
    """Seconds from sending an event of the page at `path` to the frame that contains `answer`."""
    answered = asyncio.Event()

    def seen(payload: bytes) -> None:
        if answer in payload:
            answered.set()

    page = Page(port=instance.port, cookie=who.cookie, path=path, seen=seen)
    await page.open()
    seconds: list[float] = []
    async with asyncio.timeout(_TIMEOUT_S + times):
        await answered.wait()
        for _ in range(times):
            answered.clear()
            start = time.perf_counter()
            page.emit(handler, {})
            await answered.wait()
            seconds.append(time.perf_counter() - start)
    page.close()
    await page.closed
    return seconds
