"""`fanout` and `capacity`: what it costs to show a message to everybody, and how many fit."""

import asyncio
import json
from dataclasses import dataclass

from bench.crowd import Crowd, Load
from bench.instance import Instance, fresh_instance
from bench.limit import granian, measure_limit, uvicorn
from bench.measure import WEB, Measurement, run_load
from bench.people import Meeting, meet
from bench.product import close_pages, measure_product, open_pages, senders
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts

_SERVERS = ("postgres", "redis")
_MAX_RATIO = 1.5
_MAX_EXTRA_MS = 80.0
_MAX_P95_MS = 500.0
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Fanout:
    """The product, and the limit of the machine in the same run."""

    product: Measurement
    limit: Measurement
    uvicorn: Measurement

    @property
    def ratio(self) -> float:
        """CPU of the web processes per delivery, over the limit's."""
        return self.product.cpu_us(WEB) / max(self.limit.cpu_us(WEB), 1e-9)

    def summary(self) -> dict[str, object]:
        """The figures as an object for JSON."""
        return {
            "product": self.product.summary(*_SERVERS),
            "limit": self.limit.summary(*_SERVERS),
            "ratio": round(self.ratio, 2),
        }


def measure(load: Load, *, workers: int | None = None) -> Fanout:
    """Run the product and the limit, one after the other, under the same load."""
    progress("Starting a fresh instance")
    with fresh_instance(workers=workers) as instance:
        progress(f"{load.viewers} viewers, {load.rate:g} messages/s for {load.seconds:g} s")
        product = measure_product(instance, load)
    progress("The limit: a bare broadcast under granian")
    limit = measure_limit(granian, load)
    progress("For information: the same under uvicorn")
    return Fanout(product, limit, measure_limit(uvicorn, load))


def show(load: Load, result: Fanout) -> None:
    """Print the figures and whether the targets are met."""
    named = {"product": result.product, "limit": result.limit, "uvicorn": result.uvicorn}
    show_table(
        f"{load.viewers} viewers, {load.rate:g} messages/s, {load.senders} senders ({machine()})",
        ("", "expected", "received", "p50 ms", "p95 ms", "p99 ms", "web us", "all us", "bench us"),
        [_row(name, measured) for name, measured in named.items()],
    )
    others = {name: result.product.cpu_us(name) for name in result.product.cpu_s if name != WEB}
    listed = ", ".join(f"{name} {used:.1f}" for name, used in sorted(others.items()))
    OUTPUT.print(f"Beside the web processes, us per delivery: {listed}")
    allowed_ms = result.limit.percentile_ms(0.95) + _MAX_EXTRA_MS
    p95_ms = result.product.percentile_ms(0.95)
    lost = result.product.expected - result.product.received
    show_verdicts(
        [
            (f"nothing lost: {lost} lost", lost == 0),
            (f"ratio {result.ratio:.2f}, at most {_MAX_RATIO}", result.ratio <= _MAX_RATIO),
            (f"p95 {p95_ms:.0f} ms, at most {allowed_ms:.0f} ms", p95_ms <= allowed_ms),
        ]
    )


def _row(name: str, measured: Measurement) -> tuple[str, ...]:
    own_us = measured.own_cpu_s / max(measured.received, 1) * 1e6
    times = [f"{measured.percentile_ms(share):.1f}" for share in (0.50, 0.95, 0.99)]
    web_us, all_us = measured.cpu_us(WEB), measured.cpu_us(WEB, *_SERVERS)
    counts = (str(measured.expected), str(measured.received))
    return (name, *counts, *times, f"{web_us:.1f}", f"{all_us:.1f}", f"{own_us:.1f}")


def run_fanout(load: Load, *, workers: int | None, as_json: bool) -> None:
    """Measure and report; with `as_json` the last line is one JSON object."""
    result = measure(load, workers=workers)
    show(load, result)
    if as_json:
        print(json.dumps(result.summary()))


def run_capacity(
    *, viewers: int, rates: list[int], seconds: float, workers: int | None, as_json: bool
) -> None:
    """Raise the rate until something is lost or late; report the highest that went well."""
    with fresh_instance(workers=workers) as instance:
        meeting = meet(instance, viewers)
        steps = asyncio.run(_climb(instance, meeting, rates, seconds))
    show_table(
        f"{viewers} viewers, rising rate ({machine()})",
        ("messages/s", "expected", "received", "p50 ms", "p95 ms", "p99 ms", "web us", "web %"),
        [_step_row(rate, measured) for rate, measured in steps],
    )
    highest = max((rate for rate, measured in steps if is_good(measured)), default=0)
    OUTPUT.print(f"Highest rate with nothing lost and p95 under {_MAX_P95_MS:g} ms: {highest}/s")
    if as_json:
        summaries = {str(rate): measured.summary(*_SERVERS) for rate, measured in steps}
        print(json.dumps({"highest_rate": highest, "steps": summaries}))


def is_good(measured: Measurement) -> bool:
    """Whether nothing was lost and hardly anything was late."""
    is_complete = measured.received == measured.expected
    return is_complete and measured.percentile_ms(0.95) < _MAX_P95_MS


async def _climb(
    instance: Instance, meeting: Meeting, rates: list[int], seconds: float
) -> list[tuple[int, Measurement]]:
    pages = await open_pages(instance, meeting.visitors, meeting.path)
    steps: list[tuple[int, Measurement]] = []
    number = 0
    for rate in rates:
        progress(f"{rate} messages/s")
        load = Load(viewers=len(pages), rate=rate, seconds=seconds, senders=5, warmup_s=2.0)
        crowd = Crowd(first=number)
        for index, page in enumerate(pages):
            page.seen = crowd.viewer(index)
        says = senders(pages[: load.senders], meeting.room_id)
        measured = await run_load(crowd, load, says, instance.pids(), numbered_from=number)
        steps.append((rate, measured))
        if not is_good(measured):
            break
        number = crowd.first + load.messages
        await asyncio.sleep(_PAUSE_S)
    await close_pages(pages)
    return steps


def _step_row(rate: int, measured: Measurement) -> tuple[str, ...]:
    times = [f"{measured.percentile_ms(share):.1f}" for share in (0.50, 0.95, 0.99)]
    busy = measured.cpu_s[WEB] / measured.duration_s
    counts = (str(measured.expected), str(measured.received))
    return (str(rate), *counts, *times, f"{measured.cpu_us(WEB):.1f}", f"{busy:.0%}")
