"""How moderation of the room of this address went, and of a moderator's rooms lately."""

from collections.abc import Sequence
from datetime import date, timedelta

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import numbers
from chatrooms.services.moderation.numbers import DAYS, Day, Figures
from chatrooms.state import caller, screens
from chatrooms.state.policy_rows import DayRow

_UNITS = (("h", 3_600.0), ("min", 60.0))
_NONE = "none yet"


class NumbersState(rx.State):
    """Outcomes per day, and how well model and moderators agree."""

    days: list[DayRow] = []
    """Every day of the time, the oldest first, also those without anything."""
    told: list[DayRow] = []
    """Those of them that have something, the newest first."""
    unit: str = "s"
    """Of `DayRow.waited`."""
    overturned: str = ""
    agreed: str = ""
    waited: str = ""
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Read them."""
        access = await screens.look_up(self, screens.slug_of(self))
        deps = caller.deps()
        found = await off_loop(
            numbers.count, deps, actor_id=access.actor.id, room_id=access.room_id
        )
        self.unit = _unit_of(found.days)
        rows = {each.day: _row(each, self.unit) for each in found.days}
        self.told = list(rows.values())
        self.days = _filled(rows, until=deps.clock().date())
        self.overturned = share(found.figures.overturned, found.figures.removed)
        self.agreed = share(found.figures.agreed, found.figures.compared)
        self.waited = duration(found.figures.median_wait) or _NONE
        self.is_loaded = True


class RecentState(rx.State):
    """How decisions of the last 24 hours went, in all rooms that the person moderates."""

    waited: str = ""
    overturned: str = ""
    removals: str = ""
    """Of how many removals that is the share."""

    @rx.event
    async def load(self):
        """Read them."""
        found = await off_loop(
            numbers.count_recent, caller.deps(), actor_id=await caller.actor_id(self)
        )
        self.waited = duration(found.median_wait)
        self.overturned = f"{found.overturned / found.removed:.0%}" if found.removed else ""
        self.removals = f"{found.overturned} of {found.removed}" if found.removed else ""


def share(part: int, whole: int) -> str:
    """A share in words."""
    return f"{part / whole:.0%} ({part} of {whole})" if whole else _NONE


def duration(wait: timedelta | None) -> str:
    """A time in words; empty for none."""
    if wait is None:
        return ""
    seconds = round(wait.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3_600} h"


def _row(each: Day, unit: str) -> DayRow:
    of = each.figures
    return DayRow(
        day=_name(each.day),
        approved=each.approved,
        waiting=each.waiting,
        flagged=each.flagged,
        removed=each.removed,
        overturned=_percent(of.overturned, of.removed),
        agreed=_percent(of.agreed, of.compared),
        waited=_in_unit(of, unit),
        overturned_words=f"{of.overturned} of {of.removed}" if of.removed else "",
        agreed_words=f"{of.agreed} of {of.compared}" if of.compared else "",
        waited_words=duration(of.median_wait),
    )


def _filled(rows: dict[date, DayRow], *, until: date) -> list[DayRow]:
    """One row for each day; none at all if nothing happened."""
    days = [until - timedelta(days=ago) for ago in range(DAYS, -1, -1)]
    return [rows.get(day, DayRow(day=_name(day))) for day in days] if rows else []


def _name(day: date) -> str:
    return f"{day.day} {day:%b}"


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _unit_of(days: Sequence[Day]) -> str:
    """The largest unit in which the longest wait is at least two."""
    waits = [each.figures.median_wait for each in days if each.figures.median_wait is not None]
    longest = max(waits, default=timedelta()).total_seconds()
    return next((unit for unit, seconds in _UNITS if longest >= 2 * seconds), "s")


def _in_unit(of: Figures, unit: str) -> float | None:
    if of.median_wait is None:
        return None
    return round(of.median_wait.total_seconds() / dict(_UNITS).get(unit, 1.0), 1)
