"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_S = 0.05


def wait_until(condition: Callable[[], T], *, what: str, deadline_s: float = 30.0) -> T:
    """The first true value of `condition`; fails the test, naming `what`, if none comes in time."""
    end = time.monotonic() + deadline_s
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise AssertionError(f"Waited {deadline_s:.0f} s in vain until {what}")
        time.sleep(POLL_S)
