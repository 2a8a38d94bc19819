"""Joins what is asked for again and again."""

import asyncio
from collections.abc import Callable, Hashable


class Sharing:
    """Runs what is asked for at once; asked for again within a time, it runs once more after it."""

    def __init__(self) -> None:
        self._is_due: dict[Hashable, bool] = {}
        """By what ran within its time: whether it was asked for since."""

    @property
    def is_busy(self) -> bool:
        """Whether anything ran within its time."""
        return bool(self._is_due)

    def run(self, key: Hashable, work: Callable[[], None], *, within_s: float) -> None:
        """Run `work` now; if that of the same `key` ran within `within_s`, once that is over."""
        if key in self._is_due:
            self._is_due[key] = True
            return
        self._is_due[key] = False
        asyncio.get_running_loop().call_later(within_s, self._go_on, key, work, within_s)
        work()

    def _go_on(self, key: Hashable, work: Callable[[], None], within_s: float) -> None:
        if self._is_due.pop(key):
            self.run(key, work, within_s=within_s)
