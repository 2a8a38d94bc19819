"""A room's messages as JSON Lines, piece by piece: for its owners, and for `import-log`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import select

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AttachmentRow, Message, PollRow, table_of
from chatrooms.domain.events import Being
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits
from chatrooms.services.access import access_room, access_room_by_slug

_PIECE = 500
_MESSAGES, _AUTHORS = table_of(Message), table_of(Account)
_FILES, _POLLS = table_of(AttachmentRow), table_of(PollRow)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of the file, and the position behind which the next begin; none after the last."""

    lines: str
    after: int | None


def begin_export(deps: Deps, *, actor_id: int, slug: str) -> int:
    """The id of a room that the actor owns; counted per hour.

    Raises: RateLimited, ServiceUnavailable; NotAllowed for others; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        # Owners alone may archive, also once the room is archived.
        access = access_room_by_slug(tx, actor_id=actor_id, slug=slug, to=Permission.ARCHIVE_ROOM)
    limits.count(
        deps,
        what="exports",
        whose=str(actor_id),
        limit=deps.settings.exports_per_hour,
        per=timedelta(hours=1),
    )
    return access.room_id


def export_piece(deps: Deps, *, actor_id: int, room_id: int, after: int = 0) -> Piece:
    """The next messages behind a position, the oldest first: what everybody in the room sees of
    them. What is held, removed or deleted is left out. Rights are asked for anew, so who owns the
    room no more gets no more. Raises: as `begin_export`.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.ARCHIVE_ROOM)
        rows = tx.execute(
            select(
                _MESSAGES.c.id,
                _MESSAGES.c.position,
                _MESSAGES.c.sent_at,
                _MESSAGES.c.body,
                _MESSAGES.c.reply_to_id,
                _MESSAGES.c.thread_id,
                _AUTHORS.c.username,
                _AUTHORS.c.name,
                _AUTHORS.c.kind,
            )
            .join(_AUTHORS, _AUTHORS.c.id == _MESSAGES.c.author_id)
            .where(
                _MESSAGES.c.room_id == room_id,
                _MESSAGES.c.position > after,
                _MESSAGES.c.deleted_at.is_(None),
                _MESSAGES.c.withheld == "",
            )
            .order_by(_MESSAGES.c.position)
            .limit(_PIECE)
        ).all()
        ids = [row.id for row in rows]
        files, choices = _files_of(tx, ids), _choices_of(tx, ids)
    lines = (
        _line(access.facts.name, row, files=files.get(row.id, ()), choices=choices.get(row.id, ()))
        for row in rows
    )
    return Piece("".join(lines), rows[-1].position if len(rows) == _PIECE else None)


def _files_of(tx: Transaction, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    rows = tx.execute(
        select(_FILES.c.message_id, _FILES.c.name)
        .where(_FILES.c.message_id.in_(ids))
        .order_by(_FILES.c.id)
    ).all()
    found: dict[int, list[str]] = {}
    for message_id, name in rows:
        found.setdefault(message_id, []).append(name)
    return found


def _choices_of(tx: Transaction, ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    wanted = select(_POLLS.c.message_id, _POLLS.c.choices).where(_POLLS.c.message_id.in_(ids))
    return {row.message_id: row.choices for row in tx.execute(wanted)}


def _line(room: str, row: Any, *, files: Sequence[str], choices: Sequence[str]) -> str:
    """A message as `imports.LogLine` reads it. Names of files stand for what has no text; they and
    the choices of a poll are there besides."""
    is_person = row.kind == Being.PERSON.value
    line: dict[str, Any] = {
        "room": room,
        # The language model's own accounts are not a person's to bring in elsewhere.
        "author": row.username if is_person else f"{row.username}-log",
        "name": row.name,
        "sent_at": row.sent_at.astimezone(UTC).isoformat(),
        "text": row.body or ", ".join(files),
        "id": str(row.id),
    }
    more = {
        "reply_to": str(row.reply_to_id) if row.reply_to_id else None,
        "thread": str(row.thread_id) if row.thread_id else None,
        "files": list(files),
        "choices": list(choices),
    }
    line |= {name: value for name, value in more.items() if value}
    return json.dumps(line, ensure_ascii=False) + "\n"
