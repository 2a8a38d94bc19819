"""How much the room of this address talks, for its members."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from chatrooms.domain.errors import InvalidInput, RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services.statistics import numbers, top
from chatrooms.services.statistics.numbers import RoomNumbers
from chatrooms.services.statistics.span import CHOICES
from chatrooms.services.votes import TopMessage
from chatrooms.state import caller, screens
from chatrooms.state.agent_effect import AgentEffectState
from chatrooms.state.rows import BestRow, HeatCellRow, HeatRow, StatisticsRow, TotalsRow
from chatrooms.state.talkers import TalkersState

_UTC = "UTC"
_LEVELS = 5
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class StatisticsState(rx.State):
    """Figures of the room of this address over some days."""

    slug: str = ""
    room_name: str = ""
    status: str = ""
    """`open`, `visitor` of a public room, or `unavailable`."""
    days: int = 30
    zone: str = ""
    """The reader's time zone; empty until the browser told it."""
    rows: list[StatisticsRow] = []
    """Every day, the oldest first."""
    heat: list[HeatRow] = []
    best: list[BestRow] = []
    totals: TotalsRow = TotalsRow()
    asked: str = ""
    """Of which days and zone, as the addresses of files have it."""
    is_loaded: bool = False
    can_moderate: bool = False
    """Whether the effect of the room's agent is for the reader."""

    @rx.event
    async def load(self):
        """See who asks, and read the figures once the reader's time zone is known."""
        slug = screens.slug_of(self)
        if slug != self.slug:
            _forget(self)
        self.slug = slug
        try:
            access = await screens.look_up(self, slug)
        except RoomUnavailable:
            _forget(self)
            self.status, self.room_name = "unavailable", ""
            return _others(self)
        self.room_name = access.facts.name
        if Permission.SEE_STATISTICS not in access.permissions:
            _forget(self)
            self.status = "visitor"
            return _others(self)
        self.status = "open"
        self.can_moderate = Permission.MODERATE in access.permissions
        return await _read(self, access.actor.id, access.room_id) if self.zone else None

    @rx.event
    def tell_zone(self, zone: str):
        """Take over in which time zone the reader is."""
        known = zone[:64] if isinstance(zone, str) and zone else _UTC
        if known == self.zone:
            return None
        self.zone = known
        return StatisticsState.load if self.status == "open" else None

    @rx.event
    def choose(self, days: int):
        """Tell of 30 or of 90 days."""
        if (chosen := caller.number(days)) in CHOICES and chosen != self.days:
            self.days = chosen
            return StatisticsState.load
        return None

    @rx.event
    async def follow(self):
        """Look again whether the reader may see what is shown."""
        if self.status and screens.is_at(self, f"/rooms/{self.slug}/statistics"):
            return StatisticsState.load
        return None


async def _read(state: StatisticsState, actor_id: int, room_id: int) -> Any:
    asked: dict[str, Any] = {"actor_id": actor_id, "room_id": room_id, "days": state.days}
    try:
        found = await off_loop(numbers.count_room, caller.deps(), **asked, zone=state.zone)
    except InvalidInput:
        # The browser knows a time zone that the server does not.
        state.zone = _UTC
        found = await off_loop(numbers.count_room, caller.deps(), **asked, zone=_UTC)
    best = await off_loop(top.list_best, caller.deps(), **asked, zone=state.zone)
    state.rows = [
        StatisticsRow(
            day=f"{each.day.day} {each.day:%b}",
            people=each.people,
            ai=each.ai,
            active=each.active,
            approved=each.approved,
            flagged=each.flagged,
            removed=each.removed,
        )
        for each in found.days
    ]
    state.heat = _heat(found.hours)
    state.best = [_best(each) for each in best]
    state.totals = _totals(found)
    state.asked = urlencode({"days": state.days, "zone": state.zone})
    state.is_loaded = True
    return _others(state)


def _others(state: StatisticsState) -> list[Any]:
    """Have the other parts of the page read what is theirs, or show nothing any more."""
    return [TalkersState.load(state.days, state.zone or _UTC), AgentEffectState.load_here]


def _forget(state: StatisticsState) -> None:
    caller.put(state, rows=[], heat=[], best=[], totals=TotalsRow())
    caller.put(state, is_loaded=False, can_moderate=False)


def _heat(hours: tuple[tuple[int, ...], ...]) -> list[HeatRow]:
    most = max(max(each) for each in hours)
    return [
        HeatRow(
            day=name,
            cells=[
                HeatCellRow(
                    hour=f"{hour:02}",
                    count=count,
                    level=-(-_LEVELS * count // most) if most else 0,
                    tip=_tip(name, hour, count),
                    is_first=name == _WEEKDAYS[0] and hour == 0,
                )
                for hour, count in enumerate(counts)
            ],
        )
        for name, counts in zip(_WEEKDAYS, hours, strict=True)
    ]


def _tip(day: str, hour: int, count: int) -> str:
    messages = "1 message" if count == 1 else f"{count:,} messages"
    return f"{day} {hour:02}:00 to {(hour + 1) % 24:02}:00: {messages}"


def _best(each: TopMessage) -> BestRow:
    return BestRow(
        id=each.id,
        author=each.author,
        text=each.excerpt,
        score=each.score,
        sent_at=iso(each.sent_at),
        is_reply=each.thread_id is not None,
    )


def _totals(found: RoomNumbers) -> TotalsRow:
    people = sum(day.people for day in found.days)
    removed = sum(day.removed for day in found.days)
    judged = sum(day.approved + day.flagged + day.removed for day in found.days)
    decided = found.removed_by_moderators + found.kept_by_moderators
    return TotalsRow(
        messages=f"{people:,}",
        active=f"{found.active:,}",
        busiest=_busiest(found.hours),
        removed=f"{removed:,}",
        by_moderators=(
            f"Moderators removed {found.removed_by_moderators:,} and kept"
            f" {found.kept_by_moderators:,} that they decided about."
            if decided
            else ""
        ),
        has_talk=any(day.people or day.ai for day in found.days),
        has_outcomes=bool(judged or decided),
    )


def _busiest(hours: tuple[tuple[int, ...], ...]) -> str:
    count, day, hour = max(
        (count, -day, -hour)
        for day, counts in enumerate(hours)
        for hour, count in enumerate(counts)
    )
    return f"{_WEEKDAYS[-day][:3]} {-hour:02}:00" if count else "none yet"
