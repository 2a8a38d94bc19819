"""What moderation decides, on the screens of those who are in the room: messages pour into auto
rooms, and each screen notes when it showed what."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from bench.instance import Instance
from bench.measure import percentile
from bench.page import Page
from bench.people import Meeting, meet
from bench.product import close_pages, open_pages
from chatrooms.domain.moderation import Mode, Policy

HARMLESS = "Shall we meet at noon and look at the new pictures of the garden?"
_ABUSE = "You are a worthless piece of shit, go kill yourself you stupid bitch"
_ROW = re.compile(rb'"client_id":"bench-(\w+)-(\d+)".*?"withheld":"([^"]*)"', re.DOTALL)
_SETTLE_S = 2.0
_DRAIN_S = 15.0
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

    def removed_ms(self, share: float) -> float:
        """Milliseconds to the verdict that `share` of the screens did not exceed."""
        return round(percentile(self.removed, share) * 1000, 1)


def meet_to_talk(instance: Instance, flow: Flow) -> list[Meeting]:
    """The rooms, with everybody in them signed in."""
    return [
        meet(instance, flow.viewers, name=f"Bench {n}", prefix=f"room{n}-")
        for n in range(flow.rooms)
    ]


def set_policy(instance: Instance, meetings: Sequence[Meeting], *, holds: bool) -> None:
    """Have these rooms be moderated by the model alone."""
    policy = Policy(mode=Mode.AUTO, holds=holds).model_dump_json()
    with instance.deps.sessions() as session, session.begin():
        session.execute(
            text("UPDATE rooms SET policy = CAST(:policy AS jsonb) WHERE id = ANY(:ids)"),
            {"policy": policy, "ids": [each.room_id for each in meetings]},
        )


async def measure_verdicts(
    instance: Instance,
    meetings: Sequence[Meeting],
    flow: Flow,
    *,
    holds: bool,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> Part:
    """Open the rooms' pages, write, and wait for what is still to come. `meanwhile` begins with the
    first message, and sending ends early once it is done."""
    set_policy(instance, meetings, holds=holds)
    run = secrets.token_hex(4)
    rooms: list[tuple[Meeting, list[Page], list[Screen]]] = []
    for meeting in meetings:
        pages = await open_pages(instance, meeting.visitors, meeting.path)
        screens = [Screen(run.encode()) for _ in pages]
        for page, screen in zip(pages, screens, strict=True):
            page.seen = screen.see
        rooms.append((meeting, pages, screens))
    await asyncio.sleep(_SETTLE_S)
    work = asyncio.ensure_future(meanwhile()) if meanwhile else None
    sent_at = await _write(rooms, flow, run, work)
    await asyncio.sleep(_DRAIN_S if holds else _DRAIN_S / 2)
    if work is not None:
        await work
    part = _part(rooms, flow, sent_at, holds=holds)
    for _, pages, _ in rooms:
        await close_pages(pages)
    return part


async def _write(
    rooms: Sequence[tuple[Meeting, list[Page], list[Screen]]],
    flow: Flow,
    run: str,
    work: asyncio.Future[None] | None,
) -> dict[int, float]:
    clock = asyncio.get_running_loop().time
    start, sent_at = clock(), dict[int, float]()
    for number in range(flow.messages):
        await asyncio.sleep(max(0.0, start + number / flow.rate - clock()))
        if work is not None and work.done():
            break
        turn = flow.turn(number)
        meeting, pages, _ = rooms[turn.room]
        body = _ABUSE if turn.is_abuse else HARMLESS
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
    for number in sent_at:
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
