"""What the moderation log is narrowed to, as it stands in an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.text import storable

WHOLE_SITE = "-"
"""Stands where a room's slug does for what concerns the whole site; no slug is like it."""
BY_MODEL, BY_RULES = "model", "rules"
_MAX_NAME_CHARS = 100
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)


class LogKind(StrEnum):
    """A kind of entries. Stored in addresses by value."""

    REMOVED = "removed"
    FLAGGED = "flagged"
    KEPT = "kept"
    APPEALS = "appeals"
    """Answers to appeals."""
    UNDONE = "undone"
    SANCTIONS = "sanctions"
    SETTINGS = "settings"
    """Changes of policy, rules and the model's correction, and judging again."""
    NOTES = "notes"
    UNCHECKED_7 = "unchecked-7"
    """Removed by model or rules in the last seven days, and by nobody looked at."""
    UNCHECKED_30 = "unchecked-30"


UNCHECKED_DAYS = {LogKind.UNCHECKED_7: 7, LogKind.UNCHECKED_30: 30}
ACTIONS: dict[LogKind, tuple[str, ...]] = {
    LogKind.REMOVED: ("remove",),
    LogKind.FLAGGED: ("flag", "hide"),
    LogKind.KEPT: ("keep",),
    LogKind.UNDONE: ("undo",),
    LogKind.SANCTIONS: ("time_out", "ban", "lift", "uphold"),
    LogKind.SETTINGS: (
        *("policy", "rejudge"),
        *("rule_added", "rule_changed", "rule_switched", "rule_deleted"),
        *("correction_promoted", "correction_rolled_back"),
    ),
    LogKind.NOTES: ("note",),
}
"""The actions of a kind, where those alone make it."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries somebody wants to see. Empty: all."""

    room: str = ""
    """A room's slug, or `WHOLE_SITE`."""
    by: str = ""
    """Who decided: `BY_MODEL`, `BY_RULES`, or a user name after an @."""
    kind: LogKind | None = None
    about: str = ""
    """User name of the person whom it concerns."""
    since: date | None = None
    until: date | None = None
    """The first and the last day, in UTC."""
    message_id: int = 0
    """The message that it is about."""


def read_filter(asked: Mapping[str, str]) -> LogFilter:
    """The filter in an address's parameters. Raises: InvalidInput for what cannot be one, so that
    nobody takes a longer list for what they asked for."""
    by = _name(asked, "by")
    if by and by not in (BY_MODEL, BY_RULES) and not by.startswith("@"):
        raise InvalidInput("Who decided is the model, the rules, or @ and a user name.")
    return LogFilter(
        room=_name(asked, "room"),
        by=by,
        kind=_kind(asked.get("kind", "")),
        about=_name(asked, "about").removeprefix("@"),
        since=_day(asked.get("from", "")),
        until=_day(asked.get("to", "")),
        message_id=_number(asked.get("message", "")),
    )


def parameters(wanted: LogFilter) -> dict[str, str]:
    """The address's parameters of a filter: what `read_filter` reads."""
    found = {
        "room": wanted.room,
        "by": wanted.by,
        "kind": wanted.kind.value if wanted.kind else "",
        "about": wanted.about,
        "from": wanted.since.isoformat() if wanted.since else "",
        "to": wanted.until.isoformat() if wanted.until else "",
        "message": str(wanted.message_id) if wanted.message_id else "",
    }
    return {name: value for name, value in found.items() if value}


def _name(asked: Mapping[str, str], name: str) -> str:
    return storable(asked.get(name, "")).strip()[:_MAX_NAME_CHARS]


def _kind(value: str) -> LogKind | None:
    if not value:
        return None
    if value not in set(LogKind):
        raise InvalidInput("There is no such kind of entry.")
    return LogKind(value)


def _day(value: str) -> date | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = date.min
    if not _FIRST <= day <= _LAST:
        raise InvalidInput("A day is written like 2026-01-31.")
    return day


def _number(value: str) -> int:
    if not value:
        return 0
    if not value.isascii() or not value.isdecimal() or len(value) > 18:
        raise InvalidInput("There is no such message.")
    return int(value)
