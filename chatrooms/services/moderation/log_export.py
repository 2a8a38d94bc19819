"""The moderation log as CSV (RFC 4180), piece by piece."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chatrooms.bootstrap import Deps
from chatrooms.domain.csv_lines import csv_line
from chatrooms.services import limits
from chatrooms.services.moderation.log import LogEntry, access_log, list_entries
from chatrooms.services.moderation.log_filter import LogFilter
from chatrooms.services.moderation.log_pages import Place

COLUMNS = (
    *("id", "time", "room", "room_name", "action"),
    *("decided_by", "by_username", "by_name", "model", "rule", "reason"),
    *("score", "mode", "flag_threshold", "remove_threshold", "words"),
    *("about_username", "about_name", "message_id", "text", "is_deleted"),
    *("undoes_id", "outcome", "outcome_by", "outcome_time", "detail"),
)
"""Names stay as they are; new columns come last."""
_PIECE = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of the file, and where the next begin; nowhere after the last."""

    lines: str
    after: Place | None


def begin_export(deps: Deps, *, actor_id: int) -> str:
    """The file's first line, for somebody who moderates; counted per hour.

    Raises: NotSignedIn, NotAllowed; RateLimited, ServiceUnavailable.
    """
    access_log(deps, actor_id=actor_id)
    limits.count(
        deps,
        what="exports",
        whose=str(actor_id),
        limit=deps.settings.exports_per_hour,
        per=timedelta(hours=1),
    )
    return csv_line(COLUMNS)


def export_piece(
    deps: Deps, *, actor_id: int, wanted: LogFilter, after: Place | None = None
) -> Piece:
    """The next lines behind `after`, the newest entries first. Rights are asked for anew, so who
    moderates no more gets no more. Raises: as `access_log`."""
    page = list_entries(deps, actor_id=actor_id, wanted=wanted, after=after, limit=_PIECE)
    rows = map(_cells, page.entries)
    lines = "".join(csv_line(row.get(name, "") for name in COLUMNS) for row in rows)
    return Piece(lines, page.entries[-1].place if page.has_more else None)


def _cells(entry: LogEntry) -> dict[str, str]:
    found, said, fate = entry.found, entry.text, entry.fate
    cells = {
        "id": str(entry.id),
        "time": _time(entry.at),
        "room": entry.room_slug,
        "room_name": entry.room_name,
        "action": entry.action,
        "decided_by": _decided_by(entry),
        "by_username": entry.by_username,
        "by_name": entry.by_name,
        "reason": "" if found else entry.reason,
        "score": _number(found.score if found else entry.detail.get("score")),
        "about_username": entry.about_username,
        "about_name": entry.about_name,
        "undoes_id": str(entry.undoes_id or ""),
        "detail": "" if found else json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
    }
    if found:
        cells |= {
            "model": found.model,
            "rule": found.rule,
            "mode": found.mode,
            "flag_threshold": _number(found.flag_threshold),
            "remove_threshold": _number(found.remove_threshold),
            "words": "; ".join(found.words),
        }
    if said:
        whole = "\n".join((said.body, *(each.text for each in said.choices)))
        deleted = "true" if said.is_deleted else "false"
        cells |= {"message_id": str(said.id), "text": whole, "is_deleted": deleted}
    if fate:
        outcome = {"outcome": fate.turn.value, "outcome_by": fate.by}
        cells |= {**outcome, "outcome_time": _time(fate.at)}
    return cells


def _decided_by(entry: LogEntry) -> str:
    if entry.by_username:
        return "person"
    if entry.found is None:
        return "system"
    return "rule" if entry.found.rule else "model" if entry.found.model else "room"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
