"""What the page of a room's statistics shows, as CSV (RFC 4180)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import StrEnum

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.csv_lines import csv_line
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits
from chatrooms.services.access import access_room_by_slug
from chatrooms.services.agent.effect import get_effect
from chatrooms.services.statistics.numbers import RoomNumbers, count_room
from chatrooms.services.statistics.talkers import list_talkers
from chatrooms.services.statistics.top import list_best

MAX_PEOPLE = 100_000
"""So many people a file lists at most: those who wrote most."""
_MAX_TOP = 50
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Table(StrEnum):
    """What a file holds. By its name in the address."""

    DAYS = "days"
    HOURS = "hours"
    OUTCOMES = "outcomes"
    PEOPLE = "people"
    TOP = "top"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class _Asked:
    deps: Deps
    actor_id: int
    room_id: int
    days: int
    zone: str

    def numbers(self) -> RoomNumbers:
        return count_room(
            self.deps,
            actor_id=self.actor_id,
            room_id=self.room_id,
            days=self.days,
            zone=self.zone,
        )


Rows = Iterable[Iterable[object]]


def export_statistics(
    deps: Deps, *, actor_id: int, slug: str, table: Table, days: int, zone: str
) -> str:
    """A table of the room's statistics; counted per hour. For members of the room, that of the
    agent's effect for its moderators.

    Raises: InvalidInput, RateLimited, ServiceUnavailable; as `access_statistics`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room_by_slug(tx, actor_id=actor_id, slug=slug, to=Permission.SEE_STATISTICS)
    limits.count(
        deps,
        what="statistics",
        whose=str(actor_id),
        limit=deps.settings.exports_per_hour,
        per=timedelta(hours=1),
    )
    rows = _TABLES[table](_Asked(deps, actor_id, access.room_id, days, zone))
    return "".join(csv_line(map(str, row)) for row in rows)


def _days(asked: _Asked) -> Rows:
    yield "day", "messages_of_people", "messages_of_ai", "active_people"
    for each in asked.numbers().days:
        yield each.day, each.people, each.ai, each.active


def _outcomes(asked: _Asked) -> Rows:
    yield "day", "approved", "flagged", "removed"
    for each in asked.numbers().days:
        yield each.day, each.approved, each.flagged, each.removed


def _hours(asked: _Asked) -> Rows:
    yield "weekday", *(f"{hour:02}:00" for hour in range(24))
    for name, hours in zip(_WEEKDAYS, asked.numbers().hours, strict=True):
        yield name, *hours


def _people(asked: _Asked) -> Rows:
    found = list_talkers(
        asked.deps,
        actor_id=asked.actor_id,
        room_id=asked.room_id,
        days=asked.days,
        zone=asked.zone,
        limit=MAX_PEOPLE,
    )
    yield "username", "name", "role", "messages", "score"
    for each in found.talkers:
        person, role = each.person, each.role.value if each.role else ""
        yield person.username, person.name, role, each.messages, each.score


def _top(asked: _Asked) -> Rows:
    found = list_best(
        asked.deps,
        actor_id=asked.actor_id,
        room_id=asked.room_id,
        days=asked.days,
        zone=asked.zone,
        limit=_MAX_TOP,
    )
    yield "message_id", "time", "author", "score", "text"
    for each in found:
        sent = each.sent_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        yield each.id, sent, each.author, each.score, each.excerpt


def _agent(asked: _Asked) -> Rows:
    found = get_effect(asked.deps, actor_id=asked.actor_id, room_id=asked.room_id)
    yield "kind", "shown", "replies", "votes", "compared", "after", "usual"
    for each in found:
        means = ("" if mean is None else f"{mean:.2f}" for mean in (each.after, each.usual))
        yield each.kind, each.shown, each.replies, each.votes, each.compared, *means


_TABLES: dict[Table, Callable[[_Asked], Rows]] = {
    Table.DAYS: _days,
    Table.HOURS: _hours,
    Table.OUTCOMES: _outcomes,
    Table.PEOPLE: _people,
    Table.TOP: _top,
    Table.AGENT: _agent,
}
