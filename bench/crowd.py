"""Many viewers and a few senders: sends at a steady rate and notes when each viewer sees what."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(rb"zq(\d{6})q")
_FILLER = "and this is about as long as what people write in a chat."
_KEPT_FRAMES = 8
_DRAIN_S = 30.0
_STALLED_S = 12.0
"""Longer than any lock of the server lasts: what is merely late must not count as lost."""

Say = Callable[[int], None]
"""Sends the message with this number; called with the next sender in turn."""


def body_of(number: int) -> str:
    """The text of a message: recognisable in any frame that shows it."""
    return f"Message zq{number:06d}q {_FILLER}"


@dataclass(frozen=True, slots=True)
class Load:
    """How much is sent, to how many."""

    viewers: int
    rate: float
    """Messages per second, all senders together."""
    seconds: float
    senders: int
    warmup_s: float = 3.0

    @property
    def messages(self) -> int:
        """How many are sent while measuring."""
        return round(self.rate * self.seconds)


@dataclass(slots=True)
class Crowd:
    """What every viewer has seen. The frames of one message are alike, so what a frame shows is
    looked up once for all viewers."""

    first: int
    """Number of the first message that counts; those before warm the server up."""
    sent_at: dict[int, float] = field(default_factory=dict[int, float])
    latencies: list[float] = field(default_factory=list[float])
    """Seconds from the sender's emit to each viewer."""
    last_at: float = 0.0
    _seen: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    _frames: dict[bytes, set[int]] = field(default_factory=dict[bytes, set[int]])

    def viewer(self, index: int) -> Callable[[bytes], None]:
        """What to call with each frame that one viewer receives."""
        seen = self._seen.setdefault(index, set())
        clock = asyncio.get_running_loop().time

        def see(frame: bytes) -> None:
            shown = self._frames.get(frame)
            if shown is None:
                shown = self._read(frame)
            if not shown <= seen:
                self._note(shown - seen, clock())
                seen.update(shown)

        return see

    def _read(self, frame: bytes) -> set[int]:
        while len(self._frames) >= _KEPT_FRAMES:
            del self._frames[next(iter(self._frames))]
        shown = {int(number) for number in _TOKEN.findall(frame)}
        self._frames[frame] = shown
        return shown

    def _note(self, numbers: set[int], now: float) -> None:
        for number in numbers:
            if number >= self.first:
                self.latencies.append(now - self.sent_at[number])
                self.last_at = now


async def keep_sending(
    crowd: Crowd, says: Sequence[Say], *, first: int, count: int, rate: float
) -> None:
    """Send messages `first`, `first` + 1, ... at a steady rate, whatever the server makes of it."""
    clock = asyncio.get_running_loop().time
    start = clock()
    for number in range(first, first + count):
        await asyncio.sleep(max(0.0, start + (number - first) / rate - clock()))
        crowd.sent_at[number] = clock()
        says[number % len(says)](number)


async def drain(crowd: Crowd, expected: int) -> None:
    """Wait until everything has arrived, or nothing more does."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + _DRAIN_S
    stalled_at = clock()
    before = -1
    while len(crowd.latencies) < expected and clock() < deadline:
        if len(crowd.latencies) != before:
            before, stalled_at = len(crowd.latencies), clock()
        if clock() - stalled_at > _STALLED_S:
            return
        await asyncio.sleep(0.02)
