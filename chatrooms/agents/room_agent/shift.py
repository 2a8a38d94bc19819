"""How long one worker stays with a run."""

from __future__ import annotations

import time
from math import inf


class Shift:
    """What is left of a worker's time. A run that needs more goes on in another task, which begins
    where this one stopped: nothing is asked twice for it."""

    def __init__(self, *, lasts_s: float = inf, answer_s: float = 0.0) -> None:
        """Begin now.

        Args:
            lasts_s: how long the worker may take.
            answer_s: how long the model may take for one answer before it counts as away.
        """
        self._ends_at = time.monotonic() + lasts_s
        self._answer_s = answer_s
        self._has_asked = False

    @property
    def is_over(self) -> bool:
        """Whether the worker has to stop."""
        return time.monotonic() >= self._ends_at

    def may_ask(self) -> bool:
        """Whether the model may be asked now, since its answer surely comes in time. The first time
        it may in any case, so that each worker brings the run further."""
        is_first, self._has_asked = not self._has_asked, True
        return is_first or time.monotonic() + self._answer_s < self._ends_at


class HandedOver(Exception):
    """Another worker has to go on with the run from here: this one has too little time left."""
