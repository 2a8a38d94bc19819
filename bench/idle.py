"""`idle`: what connected viewers cost while nothing happens, and whether all are still reached."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bench.crowd import Crowd, drain, keep_sending
from bench.instance import Instance, fresh_instance
from bench.measure import WEB
from bench.page import Page
from bench.people import Meeting, meet
from bench.processes import KIB, Memory, cpu_seconds, memory
from bench.product import close_pages, open_pages, senders
from bench.report import machine, progress, show_table, show_verdicts

_WARM = 20
"""Viewers connected before the first look, so that what is loaded once is not counted."""
_SETTLE_S = 5.0
_WATCH_S = 10.0
_MESSAGES = 5
_MAX_KB = 200.0
_MAX_REACH_S = 1.0


@dataclass(frozen=True, slots=True)
class Idle:
    """What was found."""

    viewers: int
    kb_per_viewer: float
    """Proportional memory of the web processes and Redis together."""
    web_pss_kb: float
    web_uss_kb: float
    redis_kb: float
    web_cpu_percent: float
    """Of one core, while nothing happens."""
    reached: int
    expected: int
    slowest_ms: float
    """From a message's emit until the last viewer has it; the slowest of several."""


def run_idle(*, viewers: int, as_json: bool) -> None:
    """Connect everybody, look at the memory, then send to all."""
    with fresh_instance() as instance:
        progress(f"Signing {viewers} people in")
        meeting = meet(instance, viewers)
        result = asyncio.run(_measure(instance, meeting))
    _show(result)
    if as_json:
        print(json.dumps(asdict(result)))


async def _measure(instance: Instance, meeting: Meeting) -> Idle:
    pids = instance.pids()
    warm, rest = meeting.visitors[:_WARM], meeting.visitors[_WARM:]
    pages = await open_pages(instance, warm, meeting.path)
    await asyncio.sleep(_SETTLE_S)
    before = {name: memory(pids[name]) for name in (WEB, "redis")}
    progress(f"Connecting {len(rest)} more")
    pages += await open_pages(instance, rest, meeting.path)
    await asyncio.sleep(_SETTLE_S)
    used = cpu_seconds({WEB: pids[WEB]})[WEB]
    await asyncio.sleep(_WATCH_S)
    busy = (cpu_seconds({WEB: pids[WEB]})[WEB] - used) / _WATCH_S
    after = {name: memory(pids[name]) for name in before}
    crowd = await _reach(pages, meeting.room_id)
    await close_pages(pages)
    return _result(before, after, crowd, viewers=len(pages), added=len(rest), busy=busy)


async def _reach(pages: Sequence[Page], room_id: int) -> Crowd:
    crowd = Crowd(first=0)
    for index, page in enumerate(pages):
        page.seen = crowd.viewer(index)
    await keep_sending(crowd, senders(pages[:1], room_id), first=0, count=_MESSAGES, rate=0.5)
    await drain(crowd, _MESSAGES * len(pages))
    return crowd


def _result(
    before: dict[str, Memory],
    after: dict[str, Memory],
    crowd: Crowd,
    *,
    viewers: int,
    added: int,
    busy: float,
) -> Idle:
    web_pss = (after[WEB].pss - before[WEB].pss) / added / KIB
    redis = (after["redis"].pss - before["redis"].pss) / added / KIB
    return Idle(
        viewers=viewers,
        kb_per_viewer=round(web_pss + redis, 1),
        web_pss_kb=round(web_pss, 1),
        web_uss_kb=round((after[WEB].uss - before[WEB].uss) / added / KIB, 1),
        redis_kb=round(redis, 1),
        web_cpu_percent=round(busy * 100, 1),
        reached=len(crowd.latencies),
        expected=_MESSAGES * viewers,
        slowest_ms=round(max(crowd.latencies, default=0.0) * 1000, 1),
    )


def _show(result: Idle) -> None:
    show_table(
        f"{result.viewers} viewers with nothing to see ({machine()})",
        ("", ""),
        [
            ("web processes, proportional KB per viewer", f"{result.web_pss_kb}"),
            ("web processes, unshared KB per viewer", f"{result.web_uss_kb}"),
            ("Redis, KB per viewer", f"{result.redis_kb}"),
            ("web processes, % of a core", f"{result.web_cpu_percent}"),
            ("then messages reached", f"{result.reached} of {result.expected}"),
            ("slowest viewer, ms", f"{result.slowest_ms}"),
        ],
    )
    is_quick = result.reached == result.expected and result.slowest_ms < _MAX_REACH_S * 1000
    show_verdicts(
        [
            (
                f"{result.kb_per_viewer} KB per viewer, under {_MAX_KB:g} KB",
                result.kb_per_viewer < _MAX_KB,
            ),
            (f"a message reaches all within {_MAX_REACH_S:g} s", is_quick),
        ]
    )
