"""`open-room`: whether a room's length makes opening it slower."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.history import make_room, settle
from bench.instance import Instance, fresh_instance
from bench.measure import percentile
from bench.page import Page
from bench.people import Visitor, enrol
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from chatrooms.services import history

SHORT, LONG = 1_000, 100_000
_MAX_RATIO = 1.3
_MAX_P95_MS = 60.0
_SETTINGS = {"HEAL_INTERVAL_S": "0.1"}
"""How soon the server gives up a room that nobody looks at, so that each opening loads it anew."""
_FORGOTTEN_S = 0.7
LOAD, LINK, VISIT, SEEN = "load_view", "link, nobody there", "page load, nobody there", "link, seen"


@dataclass(slots=True)
class Times:
    """Seconds of every opening of one room, by how it was opened."""

    messages: int
    room_id: int
    path: str
    seconds: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def add(self, way: str, seconds: float) -> None:
        """Note one opening."""
        self.seconds.setdefault(way, []).append(seconds)


def run_open_room(*, times: int, as_json: bool) -> None:
    """Open rooms of 1,000 and of 100,000 messages in turn, one opening at a time."""
    with fresh_instance(settings=_SETTINGS) as instance:
        visitors = enrol(instance, 2)
        progress("Filling the rooms")
        rooms = [
            Times(count, *make_room(instance, owner_id=visitors[0].account_id, messages=count))
            for count in (SHORT, LONG)
        ]
        settle(instance)
        progress(f"Opening each {times} times in each way")
        _load_views(instance, rooms, times)
        asyncio.run(_open_all(instance, visitors, rooms, times))
    _show(rooms, as_json=as_json)


def _load_views(instance: Instance, rooms: Sequence[Times], times: int) -> None:
    for number in range(times + 3):
        for room in rooms:
            start = time.perf_counter()
            history.load_view(instance.deps, room_id=room.room_id)
            if number >= 3:
                room.add(LOAD, time.perf_counter() - start)


async def _open_all(
    instance: Instance, visitors: Sequence[Visitor], rooms: Sequence[Times], times: int
) -> None:
    guest, watcher = visitors
    await _follow_links(instance, guest, rooms, times)
    await _load_pages(instance, guest, rooms, times)
    watching = [Page(port=instance.port, cookie=watcher.cookie, path=r.path) for r in rooms]
    for page in watching:
        await page.open()
    await _follow_links(instance, guest, rooms, times, way=SEEN, pause_s=0.05)
    for page in watching:
        page.close()


async def _follow_links(
    instance: Instance,
    guest: Visitor,
    rooms: Sequence[Times],
    times: int,
    *,
    way: str = LINK,
    pause_s: float = _FORGOTTEN_S,
) -> None:
    page = Page(port=instance.port, cookie=guest.cookie, path="/")
    await page.open()
    for number in range(times + 2):
        for room in rooms:
            await page.go_to("/")
            await asyncio.sleep(pause_s)
            seconds = await page.go_to(room.path)
            if number >= 2:
                room.add(way, seconds)
    page.close()
    await page.closed


async def _load_pages(
    instance: Instance, guest: Visitor, rooms: Sequence[Times], times: int
) -> None:
    for _ in range(times):
        for room in rooms:
            await asyncio.sleep(_FORGOTTEN_S)
            page = Page(port=instance.port, cookie=guest.cookie, path=room.path)
            room.add(VISIT, await page.open())
            page.close()
            await page.closed
            # The server notices within a second that a socket is gone.
            await asyncio.sleep(1.0)


def _show(rooms: Sequence[Times], *, as_json: bool) -> None:
    short, long = rooms
    ways = [LOAD, LINK, VISIT, SEEN]
    show_table(
        f"Opening a room, ms ({machine()})",
        ("", *(f"{r.messages:,} {figure}" for r in rooms for figure in ("p50", "p95")), "ratio"),
        [_row(way, short, long) for way in ways],
    )
    OUTPUT.print(
        "A link is followed within the app; a page load also sends all of the page's state."
    )
    opened = (LINK, VISIT)
    ratio = max(_ratio(way, short, long) for way in opened)
    p95_ms = max(percentile(long.seconds[way], 0.95) * 1000 for way in opened)
    show_verdicts(
        [
            (f"long over short {ratio:.2f}, at most {_MAX_RATIO}", ratio <= _MAX_RATIO),
            (f"p95 {p95_ms:.0f} ms, under {_MAX_P95_MS:.0f} ms", p95_ms < _MAX_P95_MS),
        ]
    )
    if as_json:
        print(json.dumps({way: _figures(way, short, long) for way in ways}))


def _ratio(way: str, short: Times, long: Times) -> float:
    return median(long.seconds[way]) / median(short.seconds[way])


def _figures(way: str, short: Times, long: Times) -> dict[str, object]:
    times = {
        str(room.messages): {
            "p50_ms": round(median(room.seconds[way]) * 1000, 1),
            "p95_ms": round(percentile(room.seconds[way], 0.95) * 1000, 1),
        }
        for room in (short, long)
    }
    return {**times, "ratio": round(_ratio(way, short, long), 2)}


def _row(way: str, short: Times, long: Times) -> tuple[str, ...]:
    figures = [
        f"{value * 1000:.1f}"
        for room in (short, long)
        for value in (median(room.seconds[way]), percentile(room.seconds[way], 0.95))
    ]
    return (way, *figures, f"{_ratio(way, short, long):.2f}")
