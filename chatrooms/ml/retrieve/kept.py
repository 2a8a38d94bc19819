"""Samples of rooms that this process measured by last."""

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatrooms.ml.retrieve.sample import Sample

_MAX = 64
"""About 1 MB each."""
_TTL_S = 600.0
_GROWTH = 1.2
_SMALL = 20


class Samples:
    """Keeps the samples of some rooms, each until it is old or its room grew by a fifth."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], tuple[Sample, float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, room_id: int, key: str, *, size: int) -> "Sample | None":
        """The sample of a room that now has `size` messages, with the vectors of an embedder."""
        with self._lock:
            found = self._kept.get((room_id, key))
            if found is None:
                return None
            sample, made_at, made_of = found
            is_old = time.monotonic() - made_at > _TTL_S
            if is_old or size > made_of * _GROWTH + _SMALL:
                return None
            self._kept.move_to_end((room_id, key))
            return sample

    def keep(self, room_id: int, key: str, sample: "Sample", *, size: int) -> None:
        """Keep it, and forget the one that was not used for longest if there are many."""
        with self._lock:
            self._kept[room_id, key] = (sample, time.monotonic(), size)
            self._kept.move_to_end((room_id, key))
            while len(self._kept) > _MAX:
                self._kept.popitem(last=False)
