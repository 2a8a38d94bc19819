"""`assistant`: how long people who ask wait for the first word beyond the model's own time, and
what that costs those who talk meanwhile."""

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlmodel import col

from bench.crowd import Crowd, Load
from bench.instance import Instance, fresh_instance
from bench.measure import Measurement, percentile, run_load
from bench.page import Page
from bench.people import Meeting, meet
from bench.product import close_pages, open_pages, senders
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from bench.scripted import scripted_model
from chatrooms.db.engine import transaction
from chatrooms.db.tables import IndexRequest
from chatrooms.services import messages

_STATE = "reflex___state____state.chatrooms___state___assistant____assistant_state"
_TEXT = b'"answering_text_rx_state_":"'
_SAID = 1_000
"""Messages of the room that is asked about."""
_WAVE_S = 4.0
"""Between two questions of one person."""
_SETTLE_S = 5.0
_INDEXED_S = 180.0
_LOOK_S = 0.5
"""Between two looks at what the index has yet to follow, which is told to nobody."""
_MAX_FIRST_MS = 150.0
_MAX_RISE = 0.2
_MAX_UPDATES_PER_S = 20
_WORDS = ("garden", "key", "shed", "concert", "moved", "roof", "seeds", "open", "decided", "new")
_QUESTIONS = (
    "When does the garden open?",
    "Who has the key of the shed?",
    "Why was the concert moved?",
    "What did we decide about the roof?",
    "Where do the new seeds come from?",
)


@dataclass(frozen=True, slots=True)
class Asking:
    """How many ask at the same moment, and how often."""

    people: int
    waves: int


@dataclass(slots=True)
class Asker:
    """What one person who asks has seen."""

    page: Page
    asked_at: float = 0.0
    first_at: float = 0.0
    firsts_s: list[float] = field(default_factory=list[float])
    """Of each question, seconds from asking to the first word."""
    updates: list[float] = field(default_factory=list[float])

    def see(self, frame: bytes) -> None:
        """Take a frame in."""
        place = frame.find(_TEXT)
        if place < 0:
            return
        now = asyncio.get_running_loop().time()
        text = frame[place + len(_TEXT) :]
        if text.startswith(b'"'):
            return
        self.updates.append(now)
        if not self.first_at:
            self.first_at = now
            self.firsts_s.append(now - self.asked_at)

    def ask(self, question: str) -> None:
        """Ask as the pane does."""
        self.first_at = 0.0
        self.asked_at = asyncio.get_running_loop().time()
        form = {"client_id": secrets.token_hex(8), "question": question}
        self.page.emit(f"{_STATE}.ask", {"form": form})

    @property
    def most_updates(self) -> int:
        """Updates in the busiest second."""
        times = self.updates
        return max((sum(t <= u < t + 1.0 for u in times) for t in times), default=0)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured."""

    alone: Measurement
    """The busy room while nobody asks."""
    meanwhile: Measurement
    """The busy room while everybody asks at the same moment, and again."""
    apart: Measurement
    """The busy room while each asks at a moment of their own."""
    together_s: list[float]
    """From asking to the first word, everybody at the same moment."""
    spread_s: list[float]
    """The same where each asks as often at a moment of their own."""
    updates_per_s: int
    """Updates of one person in the busiest second."""


def run_assistant(asking: Asking, load: Load, *, as_json: bool) -> None:
    """Measure and report; with `as_json` the last line is one JSON object."""
    with scripted_model("scripted_openai", "--at-once") as base_url:
        progress("Starting a fresh instance")
        settings = {
            "OPENAI_BASE_URL": base_url,
            "LLM_MODEL": "scripted",
            "ASSISTANT_REQUESTS_PER_HOUR": "100000",
            "ASSISTANT_ROOM_REQUESTS_PER_HOUR": "100000",
            "ASSISTANT_TOKENS_PER_HOUR": "100000000",
            "ASSISTANT_ROOM_TOKENS_PER_HOUR": "100000000",
        }
        with fresh_instance(settings=settings) as instance:
            busy = meet(instance, load.viewers, name="Busy", prefix="busy")
            asked = meet(instance, asking.people, name="Asked", prefix="asker")
            progress(f"{_SAID} messages to look through")
            _talk(instance, asked)
            _wait_until_indexed(instance)
            found = asyncio.run(_measure(instance, busy, asked, asking, load))
    _show(asking, load, found)
    if as_json:
        print(json.dumps(_summary(found)))


def _talk(instance: Instance, asked: Meeting) -> None:
    for number in range(_SAID):
        picked = [_WORDS[step * (number + 1) % len(_WORDS)] for step in (1, 3, 5, 7, 11)]
        messages.post_message(
            instance.deps,
            actor_id=asked.visitors[number % len(asked.visitors)].account_id,
            room_id=asked.room_id,
            client_id=f"said-{number}",
            body=f"Number {number} is about {' and '.join(picked)}.",
            is_limited=False,
            is_judged=False,
        )


def _wait_until_indexed(instance: Instance) -> None:
    """Else the first measurement would be of a machine that embeds a thousand messages."""
    deadline = time.monotonic() + _INDEXED_S
    while time.monotonic() < deadline:
        with transaction(instance.deps.sessions) as tx:
            if not tx.execute(select(func.count(col(IndexRequest.id)))).scalar_one():
                return
        time.sleep(_LOOK_S)
    raise TimeoutError(f"The messages were not indexed within {_INDEXED_S:g} s.")


async def _measure(
    instance: Instance, busy: Meeting, asked: Meeting, asking: Asking, load: Load
) -> Findings:
    pages = await open_pages(instance, busy.visitors, busy.path)
    asker_pages = await open_pages(instance, asked.visitors, asked.path)
    askers = [Asker(page) for page in asker_pages]
    for asker in askers:
        asker.page.seen = asker.see
        asker.page.emit(f"{_STATE}.show", {})
    await asyncio.sleep(_SETTLE_S)
    progress("A first question, so that everything is loaded")
    await _wave(askers[:1], 0)
    await asyncio.sleep(_WAVE_S)
    _taken(askers)
    progress(f"The busy room alone: {load.rate:g} messages/s before {load.viewers} people")
    alone = await _busy(instance, pages, busy, load, numbered_from=0)
    progress(f"The same while {asking.people} people ask at the same moment, {asking.waves} times")
    waves = asyncio.create_task(_waves(askers, asking.waves))
    meanwhile = await _busy(instance, pages, busy, load, numbered_from=100_000)
    await waves
    together = _taken(askers)
    progress("The same, each at a moment of their own")
    waves = asyncio.create_task(_waves(askers, asking.waves, is_spread=True))
    apart = await _busy(instance, pages, busy, load, numbered_from=200_000)
    await waves
    await close_pages([*pages, *asker_pages])
    return Findings(
        alone=alone,
        meanwhile=meanwhile,
        apart=apart,
        together_s=together,
        spread_s=_taken(askers),
        updates_per_s=max(asker.most_updates for asker in askers),
    )


def _taken(askers: Sequence[Asker]) -> list[float]:
    """What they noted so far; they begin anew."""
    taken = [each for asker in askers for each in asker.firsts_s]
    for asker in askers:
        asker.firsts_s.clear()
    return taken


async def _busy(
    instance: Instance, pages: Sequence[Page], busy: Meeting, load: Load, *, numbered_from: int
) -> Measurement:
    crowd = Crowd(first=numbered_from)
    for index, page in enumerate(pages):
        page.seen = crowd.viewer(index)
    says = senders(pages[: load.senders], busy.room_id)
    return await run_load(crowd, load, says, instance.pids(), numbered_from=numbered_from)


async def _waves(askers: Sequence[Asker], waves: int, *, is_spread: bool = False) -> None:
    await asyncio.sleep(_WAVE_S)
    for number in range(waves):
        await _wave(askers, number, gap_s=_WAVE_S / len(askers) if is_spread else 0.0)
    await asyncio.sleep(_WAVE_S)


async def _wave(askers: Sequence[Asker], number: int, *, gap_s: float = 0.0) -> None:
    """Everybody asks once, one `gap_s` after the other; takes `_WAVE_S` in all."""
    for place, asker in enumerate(askers):
        asker.ask(_QUESTIONS[(number + place) % len(_QUESTIONS)])
        await asyncio.sleep(gap_s)
    await asyncio.sleep(_WAVE_S - gap_s * len(askers))


def _summary(found: Findings) -> dict[str, float]:
    return {
        "answers": len(found.together_s),
        "first_p50_ms": round(percentile(found.together_s, 0.5) * 1000, 1),
        "first_p95_ms": round(percentile(found.together_s, 0.95) * 1000, 1),
        "spread_answers": len(found.spread_s),
        "spread_p50_ms": round(percentile(found.spread_s, 0.5) * 1000, 1),
        "spread_p95_ms": round(percentile(found.spread_s, 0.95) * 1000, 1),
        "alone_p95_ms": round(found.alone.percentile_ms(0.95), 1),
        "meanwhile_p95_ms": round(found.meanwhile.percentile_ms(0.95), 1),
        "apart_p95_ms": round(found.apart.percentile_ms(0.95), 1),
        "updates_per_s": found.updates_per_s,
    }


def _show(asking: Asking, load: Load, measured: Findings) -> None:
    found = _summary(measured)
    wanted = asking.people * asking.waves
    alone_ms = max(found["alone_p95_ms"], 0.1)
    rise = found["meanwhile_p95_ms"] / alone_ms - 1
    rise_spread = found["apart_p95_ms"] / alone_ms - 1
    show_table(
        f"{asking.people} people ask at once, {load.rate:g} messages/s before {load.viewers} others"
        f" ({machine()})",
        ("", "figure"),
        [
            ("from asking to the first word, p50 ms", f"{found['first_p50_ms']:g}"),
            ("the same, p95 ms", f"{found['first_p95_ms']:g}"),
            ("each at a moment of their own, p50 ms", f"{found['spread_p50_ms']:g}"),
            ("the same, p95 ms", f"{found['spread_p95_ms']:g}"),
            ("busy room alone, delivery p95 ms", f"{found['alone_p95_ms']:g}"),
            ("busy room while all ask at once, p95 ms", f"{found['meanwhile_p95_ms']:g}"),
            ("busy room while each asks alone, p95 ms", f"{found['apart_p95_ms']:g}"),
            ("updates in one second of one person, at most", f"{found['updates_per_s']:g}"),
        ],
    )
    phases = {
        "nobody asks": measured.alone,
        "all at once": measured.meanwhile,
        "each alone": measured.apart,
    }
    for when, each in phases.items():
        used = ", ".join(f"{name} {cpu:.1f}" for name, cpu in sorted(each.cpu_s.items()))
        OUTPUT.print(f"CPU seconds, {when}: {used}")
    answered = found["answers"] + found["spread_answers"]
    show_verdicts(
        [
            (f"answered {answered:g} of {2 * wanted}", answered == 2 * wanted),
            (
                f"first word, all at once {found['first_p95_ms']:g} ms, under {_MAX_FIRST_MS:g}",
                found["first_p95_ms"] < _MAX_FIRST_MS,
            ),
            (
                f"the same, each alone {found['spread_p95_ms']:g} ms, under {_MAX_FIRST_MS:g}",
                found["spread_p95_ms"] < _MAX_FIRST_MS,
            ),
            (f"busy room, all at once {rise:+.0%}, at most +{_MAX_RISE:.0%}", rise <= _MAX_RISE),
            (
                f"the same, each alone {rise_spread:+.0%}, at most +{_MAX_RISE:.0%}",
                rise_spread <= _MAX_RISE,
            ),
            (
                f"{found['updates_per_s']:g} updates a second, at most {_MAX_UPDATES_PER_S}",
                found["updates_per_s"] <= _MAX_UPDATES_PER_S,
            ),
        ]
    )
