"""Waiting on the event loop for a condition instead of for a time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_S = 0.01


async def eventually(condition: Callable[[], T], *, what: str, deadline_s: float = 10.0) -> T:
    """The first true value of `condition`; fails the test, naming `what`, if none comes in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while True:
        if value := condition():
            return value
        if loop.time() > end:
            raise AssertionError(f"Waited {deadline_s:.0f} s in vain until {what}")
        await asyncio.sleep(POLL_S)
