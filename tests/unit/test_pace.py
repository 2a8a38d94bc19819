"""Sums share packets, messages do not wait for them."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
import uvloop

from chatrooms.live.pace import SETTLED_SUMS_S, SUMS_S, Pace

PAUSE_S = 0.005


class Sender:
    """A room that notes when it sends."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.times: list[float] = []

    def schedule(self, *, gap_s: float = 0.0) -> None:
        self.pace.schedule(self._send, gap_s=gap_s)

    def _send(self) -> None:
        self.pace.note_sent(pause_s=PAUSE_S)
        self.times.append(asyncio.get_running_loop().time())


async def until(sender: Sender, count: int) -> None:
    async with asyncio.timeout(5):
        while len(sender.times) < count:
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_what_is_due_now_is_scheduled_once_on_every_event_loop(
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def scheduled_twice() -> list[float]:
        sender = Sender()
        sender.schedule()
        sender.schedule()
        await until(sender, 1)
        return sender.times

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert len(runner.run(scheduled_twice())) == 1


async def test_a_storm_of_sums_is_sent_less_than_ten_times_a_second() -> None:
    sender = Sender()
    while len(sender.times) < 5:
        sender.schedule(gap_s=SUMS_S)
        await asyncio.sleep(0.001)
    assert min(late - early for early, late in pairwise(sender.times)) > 0.1


async def test_the_first_sum_after_a_pause_is_sent_at_once() -> None:
    sender = Sender()
    start = asyncio.get_running_loop().time()
    sender.schedule(gap_s=SUMS_S)
    await until(sender, 1)
    assert sender.times[0] - start < 0.1


async def test_sums_that_cost_more_wait_longer_unless_others_are_due_before() -> None:
    sender = Sender()
    sender.schedule(gap_s=SETTLED_SUMS_S)
    await until(sender, 1)
    sender.schedule(gap_s=SETTLED_SUMS_S)
    sender.schedule(gap_s=SUMS_S)
    await until(sender, 2)
    assert 0.1 < sender.times[1] - sender.times[0] < 0.4
    sender.schedule(gap_s=SETTLED_SUMS_S)
    await until(sender, 3)
    assert sender.times[2] - sender.times[1] > 0.45


async def test_a_message_brings_a_waiting_sum_forward_in_the_same_packet() -> None:
    sender = Sender()
    sender.schedule(gap_s=SUMS_S)
    await until(sender, 1)
    sender.schedule(gap_s=SUMS_S)
    sender.schedule()
    sender.schedule(gap_s=SUMS_S)
    await until(sender, 2)
    assert sender.times[1] - sender.times[0] < 0.1
    sender.schedule(gap_s=SUMS_S)
    await until(sender, 3)
    assert sender.times[2] - sender.times[1] > 0.1
