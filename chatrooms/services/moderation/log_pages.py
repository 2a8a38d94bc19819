"""One page of the moderation log, found at the same cost however long the log is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account
from chatrooms.services.access_rooms import OpenRoom
from chatrooms.services.moderation.log_filter import (
    ACTIONS,
    BY_MODEL,
    BY_RULES,
    UNCHECKED_DAYS,
    WHOLE_SITE,
    LogFilter,
    LogKind,
)

Place = tuple[datetime, int]
"""When an entry was written, and its id: where it stands in the log."""
_AFTER_ALL: Place = (datetime(2300, 1, 1, tzinfo=UTC), 2**62)

# Room by room, and kind by kind where there are several, so that each part comes in order out of an
# index that begins with what it is narrowed to.
_PART = """
    SELECT l.id, l.created_at FROM {rooms} {actions}
    CROSS JOIN LATERAL (
        SELECT entry.id, entry.created_at FROM moderation_log entry
        WHERE (entry.created_at, entry.id) < (:after_at, :after_id) AND {where}
        ORDER BY entry.created_at DESC, entry.id DESC LIMIT :limit
    ) AS l
"""
_PAGE = """
    SELECT e.id, e.created_at, e.action, e.reason, e.detail, e.undoes_id, e.message_id,
        e.account_id, e.by_id, e.room_id, r.slug AS room_slug, r.name AS room_name,
        writer.name AS by_name, writer.username AS by_username,
        person.name AS about_name, person.username AS about_username,
        m.body, m.revision, m.author_id, m.status, m.withheld, m.position, m.edited_at,
        m.deleted_at, p.choices,
        v.id AS verdict_id, v.score, v.model, v.rule, v.evidence, v.policy,
        v.revision AS judged_revision, undone.action AS undone, waiting.queue AS waits_in
    FROM (
        SELECT id FROM ({parts}) AS found ORDER BY created_at DESC, id DESC LIMIT :limit
    ) AS page
    JOIN moderation_log e ON e.id = page.id
    LEFT JOIN rooms r ON r.id = e.room_id
    LEFT JOIN accounts writer ON writer.id = e.by_id
    LEFT JOIN accounts person ON person.id = e.account_id
    LEFT JOIN messages m ON m.id = e.message_id
    LEFT JOIN polls p ON p.message_id = e.message_id
    LEFT JOIN verdicts v ON v.id = e.verdict_id
    LEFT JOIN moderation_log undone ON undone.id = e.undoes_id
    LEFT JOIN cases waiting ON waiting.message_id = e.message_id AND waiting.closed_at IS NULL
    ORDER BY e.created_at DESC, e.id DESC
"""
_IN_ROOM = "entry.room_id = asked.room_id"
_OF_SITE = "entry.room_id IS NULL"
UNCHECKED = """
    entry.action = 'remove' AND entry.by_id IS NULL
    AND EXISTS (
        SELECT 1 FROM messages said WHERE said.id = entry.message_id
            AND said.status = 'removed' AND said.deleted_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM moderation_log later WHERE later.message_id = entry.message_id
            AND later.id > entry.id AND later.by_id IS NOT NULL
            AND later.action IN ('keep', 'remove')
            AND NOT EXISTS (SELECT 1 FROM moderation_log u WHERE u.undoes_id = later.id)
    )
"""
"""That a removal by model or rules stands and that nobody has decided about it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose entries somebody may see: those of some rooms, and those of the whole site."""

    rooms: Sequence[OpenRoom]
    has_site: bool


@dataclass(slots=True)
class _Question:
    """Conditions and their values."""

    where: list[str]
    values: dict[str, Any]
    actions: tuple[str, ...] = ()

    def add(self, condition: str, **values: Any) -> None:
        self.where.append(condition)
        self.values |= values


def find_page(
    tx: Transaction,
    deps: Deps,
    *,
    scope: Scope,
    wanted: LogFilter,
    after: Place | None,
    limit: int,
) -> Sequence[Any]:
    """The rows of the newest `limit` entries in `scope` that fit and stand behind `after`."""
    question = _question(tx, deps, wanted)
    parts = _parts(scope, wanted, question) if question is not None else []
    if question is None or not parts:
        return []
    after_at, after_id = after or _AFTER_ALL
    values = {"after_at": after_at, "after_id": after_id, "limit": limit}
    statement = text(_PAGE.format(parts=" UNION ALL ".join(parts)))
    return tx.execute(statement, {**values, **question.values}).all()


def _parts(scope: Scope, wanted: LogFilter, question: _Question) -> list[str]:
    ids = [room.id for room in scope.rooms if wanted.room in ("", room.slug)]
    actions = ""
    where = list(question.where)
    if question.actions:
        actions = "CROSS JOIN unnest(CAST(:actions AS text[])) AS of_kind(action)"
        where.append("entry.action = of_kind.action")
        question.values["actions"] = list(question.actions)
    parts: list[str] = []
    if ids:
        rooms = "unnest(CAST(:rooms AS bigint[])) AS asked(room_id)"
        question.values["rooms"] = ids
        parts.append(_part(rooms, actions, [_IN_ROOM, *where]))
    if scope.has_site and wanted.room in ("", WHOLE_SITE):
        parts.append(_part("(VALUES (0)) AS asked(room_id)", actions, [_OF_SITE, *where]))
    return parts


def _part(rooms: str, actions: str, where: Sequence[str]) -> str:
    return _PART.format(rooms=rooms, actions=actions, where=" AND ".join(where))


def _question(tx: Transaction, deps: Deps, wanted: LogFilter) -> _Question | None:
    """What to ask for; None if nothing can fit, because a person is not there."""
    question = _Question([], {})
    if not _add_people(tx, wanted, question):
        return None
    if wanted.message_id:
        question.add("entry.message_id = :message_id", message_id=wanted.message_id)
    if wanted.since:
        since = datetime.combine(wanted.since, time(), UTC)
        question.add("entry.created_at >= :since", since=since)
    if wanted.until:
        end = datetime.combine(wanted.until, time(), UTC) + timedelta(days=1)
        question.add("entry.created_at < :until", until=end)
    _add_kind(deps, wanted.kind, question)
    return question


def _add_kind(deps: Deps, kind: LogKind | None, question: _Question) -> None:
    if kind is None:
        return
    if kind is LogKind.APPEALS:
        question.add("(entry.detail ->> 'appeal') IS NOT NULL")
    elif kind in UNCHECKED_DAYS:
        oldest = deps.clock() - timedelta(days=UNCHECKED_DAYS[kind])
        question.add(f"entry.created_at >= :oldest AND {UNCHECKED}", oldest=oldest)
    else:
        question.actions = ACTIONS[kind]


def _add_people(tx: Transaction, wanted: LogFilter, question: _Question) -> bool:
    if wanted.by == BY_MODEL:
        question.add("entry.verdict_id IS NOT NULL AND entry.reason = ''")
    elif wanted.by == BY_RULES:
        question.add("entry.verdict_id IS NOT NULL AND entry.reason <> ''")
    for field, name in (("by_id", wanted.by.removeprefix("@")), ("account_id", wanted.about)):
        if not name or (field == "by_id" and not wanted.by.startswith("@")):
            continue
        found = tx.scalar(
            select(col(Account.id)).where(func.lower(col(Account.username)) == name.lower())
        )
        if found is None:
            return False
        question.add(f"entry.{field} = :{field}", **{field: found})
    return True
