"""`votes`: everybody votes on one message at once. What each screen gets, how often, and whether
all end with the same, exact score."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.instance import Instance, fresh_instance
from bench.measure import WEB, percentile
from bench.page import Page
from bench.people import Meeting, meet
from bench.processes import cpu_seconds
from bench.product import close_pages, open_pages
from bench.report import machine, progress, show_table, show_verdicts
from chatrooms.services import history, messages

_TAIL = b'"tail_rx_state_":'
_SETTLE_S = 2.0
_DRAIN_S = 20.0
_MAX_EMITS = 10
"""Packets of the room that a screen may get within any second."""
_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Storm:
    """How many people vote how fast."""

    viewers: int
    rate: float
    seconds: float

    @property
    def votes(self) -> int:
        """How many are sent."""
        return round(self.rate * self.seconds)


@dataclass(slots=True)
class Watcher:
    """What one screen gets: when the room's packets came, and the last of them."""

    times: list[float] = field(default_factory=list[float])
    last: bytes = b""

    def see(self, frame: bytes) -> None:
        """Take a frame in."""
        if _TAIL in frame:
            self.times.append(asyncio.get_running_loop().time())
            self.last = frame

    def score(self, message_id: int) -> int | None:
        """The score that the screen shows for the message."""
        if not self.last:
            return None
        update = json.loads(self.last[self.last.index(b"[") :])[1]
        (values,) = (v for v in update["delta"].values() if "tail_rx_state_" in v)
        rows: list[dict[str, Any]] = values["tail_rx_state_"]
        return next((row["score"] for row in rows if row["id"] == message_id), None)

    def most_in_a_second(self) -> int:
        """The most packets that came within any second."""
        most, first = 0, 0
        for index, at in enumerate(self.times):
            while at - self.times[first] >= 1.0:
                first += 1
            most = max(most, index - first + 1)
        return most


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found."""

    expected: int
    """The sum of everybody's last vote."""
    stored: int
    exact: int
    """Screens that ended with it."""
    viewers: int
    packets: int
    """Packets of the room, all screens together."""
    emits_per_s: float
    most_in_a_second: int
    settled_ms: float
    """From the last vote's sending until every screen shows the exact score."""
    web_us_per_packet: float
    web_ms_per_vote: float
    all_ms_per_vote: float


def run_votes(storm: Storm, *, workers: int | None, as_json: bool) -> None:
    """Measure and report; with `as_json` the last line is one JSON object."""
    progress("Starting a fresh instance")
    with fresh_instance(workers=workers) as instance:
        progress(f"Signing {storm.viewers} people in")
        meeting = meet(instance, storm.viewers)
        outcome = asyncio.run(_measure(instance, meeting, storm))
    _show(storm, outcome)
    if as_json:
        names = outcome.__dataclass_fields__
        print(json.dumps({name: getattr(outcome, name) for name in names}))


async def _measure(instance: Instance, meeting: Meeting, storm: Storm) -> Outcome:
    message_id = messages.post_message(
        instance.deps,
        actor_id=meeting.visitors[0].account_id,
        room_id=meeting.room_id,
        client_id="bench-votes",
        body="Vote here",
    )
    pages = await open_pages(instance, meeting.visitors, meeting.path)
    await asyncio.sleep(_SETTLE_S)
    watchers = [Watcher() for _ in pages]
    for page, watcher in zip(pages, watchers, strict=True):
        page.seen = watcher.see
    progress(f"{storm.rate:g} votes/s for {storm.seconds:g} s")
    before = cpu_seconds(instance.pids())
    expected, sent_at = await _vote(pages, message_id, storm)
    settled = await _until_exact(watchers, message_id, expected)
    after = cpu_seconds(instance.pids())
    used = {name: after[name] - before[name] for name in after}
    await close_pages(pages)
    view = history.load_view(instance.deps, room_id=meeting.room_id)
    packets = sum(len(watcher.times) for watcher in watchers)
    return Outcome(
        expected=expected,
        stored=view.messages[-1].score,
        exact=sum(watcher.score(message_id) == expected for watcher in watchers),
        viewers=len(pages),
        packets=packets,
        emits_per_s=round(percentile([_rate(w.times) for w in watchers], 0.5), 1),
        most_in_a_second=max(watcher.most_in_a_second() for watcher in watchers),
        settled_ms=round((settled - sent_at) * 1000, 1),
        web_us_per_packet=round(used[WEB] / max(packets, 1) * 1e6, 1),
        web_ms_per_vote=round(used[WEB] / storm.votes * 1e3, 2),
        all_ms_per_vote=round(
            sum(used.get(name, 0.0) for name in (WEB, "postgres", "redis")) / storm.votes * 1e3, 2
        ),
    )


def _rate(times: Sequence[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0


async def _vote(pages: Sequence[Page], message_id: int, storm: Storm) -> tuple[int, float]:
    """Have people vote at a steady rate, each time otherwise than before. Gives the sum of the
    last votes, and when the last one was sent."""
    chance = random.Random(_SEED)
    current = [0] * len(pages)
    clock = asyncio.get_running_loop().time
    start = clock()
    for number in range(storm.votes):
        await asyncio.sleep(max(0.0, start + number / storm.rate - clock()))
        who = number % len(pages)
        # Mostly up, so that the sum is no number that could come about by chance.
        wanted = [value for value in (1, 1, 1, 0, -1) if value != current[who]]
        current[who] = chance.choice(wanted)
        pages[who].vote(message_id=message_id, value=current[who])
    return sum(current), clock()


async def _until_exact(watchers: Sequence[Watcher], message_id: int, expected: int) -> float:
    """When every screen showed the exact score, or when waiting for it ended."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + _DRAIN_S
    while clock() < deadline:
        counts = [len(watcher.times) for watcher in watchers]
        await asyncio.sleep(0.5)
        is_quiet = counts == [len(watcher.times) for watcher in watchers]
        if is_quiet and all(watcher.score(message_id) == expected for watcher in watchers):
            break
    return max((watcher.times[-1] for watcher in watchers if watcher.times), default=clock())


def _show(storm: Storm, outcome: Outcome) -> None:
    show_table(
        f"{storm.viewers} viewers, {storm.rate:g} votes/s on one message ({machine()})",
        ("", "figure"),
        [
            ("score, everybody's last vote together", str(outcome.expected)),
            ("packets to a screen per second, median", f"{outcome.emits_per_s:g}"),
            ("most within any second", str(outcome.most_in_a_second)),
            ("from the last vote to the last screen, ms", f"{outcome.settled_ms:g}"),
            ("CPU of the web processes per packet, us", f"{outcome.web_us_per_packet:g}"),
            ("CPU of the web processes per vote, ms", f"{outcome.web_ms_per_vote:g}"),
            ("with PostgreSQL and Redis, ms", f"{outcome.all_ms_per_vote:g}"),
        ],
    )
    show_verdicts(
        [
            (f"stored score {outcome.stored}", outcome.stored == outcome.expected),
            (
                f"exact on {outcome.exact} of {outcome.viewers} screens",
                outcome.exact == outcome.viewers,
            ),
            (
                f"at most {outcome.most_in_a_second} packets in a second, at most {_MAX_EMITS}",
                outcome.most_in_a_second <= _MAX_EMITS,
            ),
        ]
    )
