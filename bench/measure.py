"""One measurement of a fan-out: the same for the product and for the limit."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.crowd import Crowd, Load, Say, drain, keep_sending
from bench.processes import cpu_seconds

WEB = "web"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was delivered, how fast, and what it cost."""

    expected: int
    received: int
    latencies_s: list[float]
    cpu_s: dict[str, float]
    """CPU seconds that each group of server processes used meanwhile."""
    own_cpu_s: float
    """CPU seconds of the benchmark itself: what it took from the machine."""
    duration_s: float

    def percentile_ms(self, share: float) -> float:
        """The latency that `share` of the deliveries did not exceed; 0 if there were none."""
        return percentile(self.latencies_s, share) * 1000

    def cpu_us(self, *names: str) -> float:
        """CPU microseconds per delivery of these groups of processes."""
        used = sum(self.cpu_s.get(name, 0.0) for name in names)
        return used / max(self.received, 1) * 1e6

    def summary(self, *servers: str) -> dict[str, Any]:
        """The figures as an object for JSON. `servers` are counted beside the web processes."""
        return {
            "expected": self.expected,
            "received": self.received,
            "p50_ms": round(self.percentile_ms(0.50), 1),
            "p95_ms": round(self.percentile_ms(0.95), 1),
            "p99_ms": round(self.percentile_ms(0.99), 1),
            "cpu_us_per_delivery": {
                "web": round(self.cpu_us(WEB), 1),
                "all": round(self.cpu_us(WEB, *servers), 1),
            },
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def run_load(
    crowd: Crowd, load: Load, says: Sequence[Say], pids: Mapping[str, int], *, numbered_from: int
) -> Measurement:
    """Warm the server up, then send and wait for the deliveries. `crowd` is already watching."""
    warmup = max(1, round(load.rate * load.warmup_s))
    crowd.first = numbered_from + warmup
    await keep_sending(crowd, says, first=numbered_from, count=warmup, rate=load.rate)
    await asyncio.sleep(0.5)
    expected = load.messages * load.viewers
    clock = asyncio.get_running_loop().time
    before, own, start = cpu_seconds(pids), sum(os.times()[:2]), clock()
    await keep_sending(crowd, says, first=crowd.first, count=load.messages, rate=load.rate)
    await drain(crowd, expected)
    after = cpu_seconds(pids)
    return Measurement(
        expected=expected,
        received=len(crowd.latencies),
        latencies_s=crowd.latencies,
        cpu_s={name: after[name] - before[name] for name in pids},
        own_cpu_s=sum(os.times()[:2]) - own,
        duration_s=clock() - start,
    )
