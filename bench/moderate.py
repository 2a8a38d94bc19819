"""`moderate`: messages pour into auto rooms. How long until every screen shows what was decided,
what holding costs the harmless ones, and how fast a burst is cleared."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from bench.instance import Instance, fresh_instance
from bench.measure import percentile
from bench.page import Page
from bench.people import Meeting, meet
from bench.product import close_pages, open_pages
from bench.report import machine, progress, show_table, show_verdicts
from chatrooms.domain.moderation import Mode, Policy

_ROW = re.compile(rb'"client_id":"bench-(\w+)-(\d+)".*?"withheld":"([^"]*)"', re.DOTALL)
_SETTLE_S = 2.0
_DRAIN_S = 15.0
_BURST = 2_000
_MAX_VERDICT_MS = 300
_MAX_HOLD_MS = 250
_MAX_BURST_S = 10.0
_ABUSE = "You are a worthless piece of shit, go kill yourself you stupid bitch"
_HARMLESS = "Shall we meet at noon and look at the new pictures of the garden?"
_EVERY = 4
"""One message in so many is abuse."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who writes a message where, and whether it is abuse."""

    room: int
    author: int
    is_abuse: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """How much is written, into how many rooms, before how many eyes."""

    rooms: int
    viewers: int
    """Of each room."""
    rate: float
    """Messages per second, all rooms together."""
    seconds: float

    @property
    def messages(self) -> int:
        """How many are sent."""
        return round(self.rate * self.seconds)

    def turn(self, number: int) -> Turn:
        """Whose turn it is with that message: everybody writes as much, and as much abuse.

        The first of a room owns it; members are who is moderated.
        """
        members, of_room = self.viewers - 1, number // self.rooms
        is_abuse = (of_room + of_room // members) % _EVERY == 0
        return Turn(number % self.rooms, 1 + of_room % members, is_abuse)


@dataclass(slots=True)
class Screen:
    """When one screen first showed each message's text, and when it was taken away."""

    run: bytes
    shown_at: dict[int, float] = field(default_factory=dict[int, float])
    removed_at: dict[int, float] = field(default_factory=dict[int, float])

    def see(self, frame: bytes) -> None:
        """Take a frame in."""
        if b'"withheld"' not in frame:
            return
        now = asyncio.get_running_loop().time()
        for run, number, withheld in _ROW.findall(frame):
            if run == self.run:
                known = self.removed_at if withheld else self.shown_at
                known.setdefault(int(number), now)


@dataclass(frozen=True, slots=True)
class Part:
    """What one run found, in seconds."""

    shown: list[float]
    """From the sender's emit to each other screen, of harmless messages."""
    removed: list[float]
    """From the sender's own screen's acknowledgement to each screen, of abuse."""
    missing: int
    """Verdicts that a screen never showed."""
    leaked: int
    """Screens that showed abuse before it was removed."""


def run_moderate(flow: Flow, *, as_json: bool) -> None:
    """Measure and report; with `as_json` the last line is one JSON object."""
    progress("Starting a fresh instance")
    with fresh_instance() as instance:
        progress("Signing people in")
        meetings = [
            meet(instance, flow.viewers, name=f"Bench {n}", prefix=f"room{n}-")
            for n in range(flow.rooms)
        ]
        progress(f"Without holding: {flow.rate:g} messages/s for {flow.seconds:g} s")
        plain = asyncio.run(_measure(instance, meetings, flow, holds=False))
        progress("The same with holding")
        held = asyncio.run(_measure(instance, meetings, flow, holds=True))
        unjudged = _unjudged(instance)
        progress(f"A burst of {_BURST} messages")
        burst_s = _burst(instance, meetings[0])
    _show(flow, plain, held, unjudged, burst_s)
    if as_json:
        print(json.dumps(_summary(plain, held, unjudged, burst_s)))


def _set_policy(instance: Instance, meetings: Sequence[Meeting], *, holds: bool) -> None:
    policy = Policy(mode=Mode.AUTO, holds=holds).model_dump_json()
    with instance.deps.sessions() as session, session.begin():
        session.execute(
            text("UPDATE rooms SET policy = CAST(:policy AS jsonb) WHERE id = ANY(:ids)"),
            {"policy": policy, "ids": [each.room_id for each in meetings]},
        )


async def _measure(
    instance: Instance, meetings: Sequence[Meeting], flow: Flow, *, holds: bool
) -> Part:
    _set_policy(instance, meetings, holds=holds)
    run = secrets.token_hex(4)
    rooms: list[tuple[Meeting, list[Page], list[Screen]]] = []
    for meeting in meetings:
        pages = await open_pages(instance, meeting.visitors, meeting.path)
        screens = [Screen(run.encode()) for _ in pages]
        for page, screen in zip(pages, screens, strict=True):
            page.seen = screen.see
        rooms.append((meeting, pages, screens))
    await asyncio.sleep(_SETTLE_S)
    sent_at = await _write(rooms, flow, run)
    await asyncio.sleep(_DRAIN_S if holds else _DRAIN_S / 2)
    part = _part(rooms, flow, sent_at, holds=holds)
    for _, pages, _ in rooms:
        await close_pages(pages)
    return part


async def _write(
    rooms: Sequence[tuple[Meeting, list[Page], list[Screen]]], flow: Flow, run: str
) -> dict[int, float]:
    clock = asyncio.get_running_loop().time
    start, sent_at = clock(), dict[int, float]()
    for number in range(flow.messages):
        await asyncio.sleep(max(0.0, start + number / flow.rate - clock()))
        turn = flow.turn(number)
        meeting, pages, _ = rooms[turn.room]
        body = _ABUSE if turn.is_abuse else _HARMLESS
        sent_at[number] = clock()
        client_id = f"bench-{run}-{number}"
        pages[turn.author].post(room_id=meeting.room_id, client_id=client_id, body=body)
    return sent_at


def _part(
    rooms: Sequence[tuple[Meeting, list[Page], list[Screen]]],
    flow: Flow,
    sent_at: dict[int, float],
    *,
    holds: bool,
) -> Part:
    shown, removed, missing, leaked = list[float](), list[float](), 0, 0
    for number in range(flow.messages):
        turn = flow.turn(number)
        screens, own = rooms[turn.room][2], turn.author
        if not turn.is_abuse:
            others = [s for index, s in enumerate(screens) if index != own]
            times = [s.shown_at[number] for s in others if number in s.shown_at]
            shown += [at - sent_at[number] for at in times]
            missing += len(others) - len(times)
        elif holds:
            leaked += sum(number in screen.shown_at for screen in screens)
        else:
            acknowledged = screens[own].shown_at.get(number)
            times = [s.removed_at[number] for s in screens if number in s.removed_at]
            removed += [at - (acknowledged or sent_at[number]) for at in times]
            missing += len(screens) - len(times)
    return Part(shown, removed, missing, leaked)


def _unjudged(instance: Instance) -> int:
    query = "SELECT count(*) FROM messages WHERE judge_at IS NOT NULL"
    with instance.deps.sessions() as session:
        return session.execute(text(query)).scalar_one()


def _burst(instance: Instance, meeting: Meeting) -> float:
    """Seconds until as many pending messages as a burst leaves are judged."""
    _set_policy(instance, [meeting], holds=False)
    with instance.deps.sessions() as session, session.begin():
        session.execute(
            text("""
                WITH numbered AS (
                    UPDATE rooms SET last_seq = last_seq + :n, message_count = message_count + :n
                    WHERE id = :room RETURNING last_seq - :n AS seq, message_count - :n AS count
                ), posted AS (
                    INSERT INTO messages (room_id, position, ordinal, author_id, client_id, body,
                        sent_at, status, judge_at)
                    SELECT :room, seq + n, count + n, :author, 'burst-' || n, :body, now(),
                        'pending', now()
                    FROM numbered, generate_series(1, :n) AS n
                    RETURNING position
                )
                INSERT INTO room_events (room_id, seq, kind, payload)
                SELECT :room, position, 'member_joined',
                    jsonb_build_object('kind', 'role_changed', 'account_id', 1, 'role', 'member')
                FROM posted
            """),
            {
                "n": _BURST,
                "room": meeting.room_id,
                "author": meeting.visitors[1].account_id,
                "body": _HARMLESS,
            },
        )
    start = time.monotonic()
    instance.deps.jobs.send("moderation.judge", queue="moderation")
    while _unjudged(instance) and time.monotonic() - start < 60:
        # Asking more often would take from the workers what is measured.
        time.sleep(0.05)
    return time.monotonic() - start


def _ms(values: Sequence[float], share: float) -> float:
    return round(percentile(values, share) * 1000, 1)


def _summary(plain: Part, held: Part, unjudged: int, burst_s: float) -> dict[str, float]:
    return {
        "verdict_p50_ms": _ms(plain.removed, 0.5),
        "verdict_p95_ms": _ms(plain.removed, 0.95),
        "shown_p50_ms": _ms(plain.shown, 0.5),
        "held_shown_p50_ms": _ms(held.shown, 0.5),
        "shown_p95_ms": _ms(plain.shown, 0.95),
        "held_shown_p95_ms": _ms(held.shown, 0.95),
        "missing": plain.missing + held.missing,
        "leaked": held.leaked,
        "unjudged": unjudged,
        "burst_s": round(burst_s, 2),
    }


def _show(flow: Flow, plain: Part, held: Part, unjudged: int, burst_s: float) -> None:
    found = _summary(plain, held, unjudged, burst_s)
    extra_ms = round(found["held_shown_p95_ms"] - found["shown_p95_ms"], 1)
    show_table(
        f"{flow.rate:g} messages/s into {flow.rooms} auto rooms, {flow.viewers} viewers each "
        f"({machine()})",
        ("", "figure"),
        [
            ("from acknowledgement to removal, p50 ms", f"{found['verdict_p50_ms']:g}"),
            ("the same, p95 ms", f"{found['verdict_p95_ms']:g}"),
            ("harmless, from sending to other screens, p50 ms", f"{found['shown_p50_ms']:g}"),
            ("the same, p95 ms", f"{found['shown_p95_ms']:g}"),
            ("the same in rooms that hold, p50 ms", f"{found['held_shown_p50_ms']:g}"),
            ("the same in rooms that hold, p95 ms", f"{found['held_shown_p95_ms']:g}"),
            (f"a burst of {_BURST}, seconds", f"{found['burst_s']:g}"),
        ],
    )
    show_verdicts(
        [
            (
                f"p95 to the verdict {found['verdict_p95_ms']:g} ms, under {_MAX_VERDICT_MS}",
                found["verdict_p95_ms"] < _MAX_VERDICT_MS,
            ),
            (f"held {extra_ms:g} ms later, at most {_MAX_HOLD_MS}", extra_ms <= _MAX_HOLD_MS),
            (f"nothing missing: {found['missing']:g}", not found["missing"]),
            (f"no abuse seen in rooms that hold: {found['leaked']:g}", not found["leaked"]),
            (f"none unjudged: {unjudged}", not unjudged),
            (
                f"burst cleared in {burst_s:.1f} s, within {_MAX_BURST_S:g}",
                burst_s <= _MAX_BURST_S,
            ),
        ]
    )
