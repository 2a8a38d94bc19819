"""Which days of a room are asked about, and who may ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chatrooms.db.engine import Transaction
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import RoomAccess, access_room

CHOICES = (30, 90)
"""Over how many days one may ask."""
_MAX_ZONE_CHARS = 64


@dataclass(frozen=True, slots=True)
class Span:
    """Some days up to today, as they begin and end in a time zone."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> datetime:
        """When the first of them began."""
        return self._midnight(self.first)

    @property
    def begins(self) -> dict[date, datetime]:
        """When each of them began, the oldest first."""
        return {day: self._midnight(day) for day in self.days()}

    @property
    def count(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        """Each of them, the oldest first."""
        return (self.first + timedelta(days=n) for n in range(self.count))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def make_span(now: datetime, *, days: object, zone: object) -> Span:
    """The last `days` days in that zone of the IANA database, today included.

    Raises: InvalidInput.
    """
    if isinstance(days, bool) or not isinstance(days, int) or days not in CHOICES:
        raise InvalidInput("Statistics tell of 30 or 90 days.")
    today = now.astimezone(_zone(zone)).date()
    return Span(first=today - timedelta(days=days - 1), last=today, zone=str(zone))


def _zone(zone: object) -> ZoneInfo:
    try:
        if isinstance(zone, str) and zone.isprintable() and len(zone) <= _MAX_ZONE_CHARS:
            return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise InvalidInput("There is no such time zone.")


def access_statistics(tx: Transaction, *, actor_id: int, room_id: object) -> RoomAccess:
    """The room, if the actor is a member of it. Raises: as `access_room`; NotAllowed for visitors
    of a public room."""
    return access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.SEE_STATISTICS)
