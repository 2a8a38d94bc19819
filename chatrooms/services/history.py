"""Reading a room's messages: the view that screens share, and pages of its past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, bindparam, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, Room, table_of
from chatrooms.domain import events
from chatrooms.domain.changes import NOTHING
from chatrooms.domain.errors import MessageUnavailable, RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import excerpt
from chatrooms.domain.view import THREAD_WINDOW, WINDOW, RoomView, ThreadView
from chatrooms.services import details
from chatrooms.services.access import access_message, access_room
from chatrooms.services.rooms import facts_of

_MESSAGES = table_of(Message)
_ACCOUNTS = table_of(Account)
_QUOTED = _MESSAGES.alias("quoted")
_QUOTED_AUTHORS = _ACCOUNTS.alias("quoted_author")
_SELECT: Any = (
    select(
        _MESSAGES.c.id,
        _MESSAGES.c.position,
        _MESSAGES.c.ordinal,
        _MESSAGES.c.thread_id,
        _MESSAGES.c.reply_count,
        _MESSAGES.c.score,
        _MESSAGES.c.pinned_at,
        _MESSAGES.c.client_id,
        _MESSAGES.c.body,
        _MESSAGES.c.mentions,
        _MESSAGES.c.sent_at,
        _MESSAGES.c.edited_at,
        _MESSAGES.c.deleted_at,
        _MESSAGES.c.withheld,
        _MESSAGES.c.has_poll,
        _ACCOUNTS.c.id.label("author_id"),
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name,
        _ACCOUNTS.c.hue,
        _ACCOUNTS.c.avatar,
        _ACCOUNTS.c.kind.label("author_kind"),
        _QUOTED.c.id.label("quoted_id"),
        _QUOTED.c.author_id.label("quoted_author_id"),
        _QUOTED.c.body.label("quoted_body"),
        _QUOTED.c.deleted_at.label("quoted_deleted_at"),
        _QUOTED.c.withheld.label("quoted_withheld"),
        _QUOTED_AUTHORS.c.name.label("quoted_author"),
    )
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)
    .outerjoin(_QUOTED, _QUOTED.c.id == _MESSAGES.c.reply_to_id)
    .outerjoin(_QUOTED_AUTHORS, _QUOTED_AUTHORS.c.id == _QUOTED.c.author_id)
    .where(_MESSAGES.c.position.is_not(None))
)
_IN_TIMELINE = col(Message.thread_id).is_(None)


def load_view(deps: Deps, *, room_id: int) -> RoomView:
    """The room as all its screens show it now. For the hub only: it checks grants per screen.

    Costs the same for any length of history. Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        room = _room_as_of_now(tx, room_id=room_id)
        newest = _newest_first(tx, room_id, _IN_TIMELINE, limit=WINDOW + 1)
    return RoomView(
        seq=room.last_seq,
        facts=facts_of(room),
        member_count=room.member_count,
        messages=tuple(reversed(newest[:WINDOW])),
        has_older=len(newest) > WINDOW,
    )


def _room_as_of_now(tx: Transaction, *, room_id: int) -> Room:
    # Number and messages must be of one moment: a share lock keeps writers out meanwhile.
    room = tx.scalars(
        select(Room).where(col(Room.id) == room_id).with_for_update(read=True)
    ).one_or_none()
    if room is None:
        raise RoomUnavailable
    return room


def load_thread(deps: Deps, *, room_id: int, root_id: int) -> ThreadView:
    """A thread as everybody who opens it sees it now. For the hub only, as `load_view`.

    Raises: MessageUnavailable if `root_id` is no message of the room's timeline.
    """
    with transaction(deps.sessions) as tx:
        room = _room_as_of_now(tx, room_id=room_id)
        is_root = (col(Message.id) == root_id) & _IN_TIMELINE
        found = _newest_first(tx, room_id, is_root, limit=1)
        if not found:
            raise MessageUnavailable
        of_thread = col(Message.thread_id) == root_id
        newest = _newest_first(tx, room_id, of_thread, limit=THREAD_WINDOW + 1)
    return ThreadView(
        seq=room.last_seq,
        root=found[0],
        replies=tuple(reversed(newest[:THREAD_WINDOW])),
        has_older=len(newest) > THREAD_WINDOW,
    )


def _newest_first(
    tx: Transaction, room_id: int, which: ColumnElement[bool], *, limit: int
) -> list[events.Message]:
    wanted = _SELECT.where(col(Message.room_id) == room_id, which)
    rows = tx.execute(wanted.order_by(col(Message.position).desc()).limit(limit)).all()
    return _messages(tx, rows)


def list_before(
    deps: Deps, *, actor_id: int, room_id: int, position: int, limit: int
) -> list[events.Message]:
    """Up to `limit` messages directly before a position, oldest first."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        before = _IN_TIMELINE & (col(Message.position) < position)
        newest = _newest_first(tx, room_id, before, limit=limit)
    return newest[::-1]


def list_after(
    deps: Deps, *, actor_id: int, room_id: int, position: int, limit: int
) -> list[events.Message]:
    """Up to `limit` messages directly after a position, oldest first."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        after = _IN_TIMELINE & (col(Message.position) > position)
        return _oldest_first(tx, room_id, after, limit=limit)


def list_between(
    deps: Deps, *, actor_id: int, room_id: int, first: int, last: int, limit: int
) -> list[events.Message]:
    """The messages at positions `first` to `last`, both included, oldest first."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        within = _IN_TIMELINE & col(Message.position).between(first, last)
        return _oldest_first(tx, room_id, within, limit=limit)


def list_around(
    deps: Deps, *, actor_id: int, room_id: int, message_id: int, limit: int
) -> list[events.Message]:
    """About `limit` messages with the given one in the middle, oldest first. Around a reply in a
    thread: around the message whose thread it is.

    Raises: MessageUnavailable if it is no message of this room; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        _, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        if message.thread_id is not None:
            message = tx.get_one(Message, message.thread_id)
        before = _IN_TIMELINE & (col(Message.position) < message.position)
        earlier = _newest_first(tx, room_id, before, limit=limit // 2)
        since = _IN_TIMELINE & (col(Message.position) >= message.position)
        return earlier[::-1] + _oldest_first(tx, room_id, since, limit=limit - limit // 2)


def list_replies(
    deps: Deps, *, actor_id: int, room_id: int, thread_id: int, first: int, before: int, limit: int
) -> list[events.Message]:
    """The last `limit` replies of a thread from position `first` on and before `before`, oldest
    first. Raises: as `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        position = col(Message.position)
        asked = (col(Message.thread_id) == thread_id) & (position >= first) & (position < before)
        newest = _newest_first(tx, room_id, asked, limit=limit)
    return newest[::-1]


def list_replies_from(
    deps: Deps, *, actor_id: int, room_id: int, thread_id: int, position: int, limit: int
) -> list[events.Message]:
    """The first `limit` replies of a thread from a position on, oldest first. Raises: as
    `access_room`."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        asked = (col(Message.thread_id) == thread_id) & (col(Message.position) >= position)
        return _oldest_first(tx, room_id, asked, limit=limit)


def get_message(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> events.Message:
    """One message of the room as it is now, also a reply in a thread.

    Raises: MessageUnavailable if it is no message of this room; as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.READ
        )
        return get_shown(tx, room_id=room_id, message_id=message_id)


def get_shown(tx: Transaction, *, room_id: int, message_id: int) -> events.Message:
    """One message as every screen shows it, for the event that announces it. The caller has checked
    the right, and that the message has its place in the room."""
    return _newest_first(tx, room_id, col(Message.id) == message_id, limit=1)[0]


_NEW: Any = _SELECT.where(
    col(Message.room_id) == bindparam("room"),
    col(Message.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))),
)


def list_new(
    tx: Transaction, *, room_id: int, message_ids: Sequence[int]
) -> dict[int, events.Message]:
    """As `get_shown`, by id, for messages that nobody has seen yet: nobody can have marked them."""
    rows = tx.execute(_NEW, {"room": room_id, "ids": list(message_ids)}).all()
    found = _Details(
        reactions={},
        polls=details.polls_of(tx, [row.id for row in rows if row.has_poll]),
        threads={},
        attachments=details.attachments_of(tx, [row.id for row in rows]),
        notes=details.agent_notes_of(tx, [row.id for row in rows if _is_agents(row)]),
        # What it rests on may have changed while it was held.
        outdated=details.outdated_of(tx, [row.id for row in rows if _is_assistants(row)]),
    )
    return {row.id: _message(row, found) for row in rows}


def _oldest_first(
    tx: Transaction, room_id: int, which: ColumnElement[bool], *, limit: int
) -> list[events.Message]:
    rows: Sequence[Any] = tx.execute(
        _SELECT.where(col(Message.room_id) == room_id, which)
        .order_by(col(Message.position))
        .limit(limit)
    ).all()
    return _messages(tx, rows)


def _messages(tx: Transaction, rows: Sequence[Any]) -> list[events.Message]:
    ids = [row.id for row in rows]
    found = _Details(
        reactions=details.reactions_of(tx, ids),
        polls=details.polls_of(tx, [row.id for row in rows if row.has_poll]),
        threads=details.threads_of(tx, [row.id for row in rows if row.reply_count]),
        attachments=details.attachments_of(tx, ids),
        notes=details.agent_notes_of(tx, [row.id for row in rows if _is_agents(row)]),
        outdated=details.outdated_of(tx, [row.id for row in rows if _is_assistants(row)]),
    )
    return [_message(row, found) for row in rows]


@dataclass(frozen=True, slots=True)
class _Details:
    reactions: dict[int, tuple[events.Reaction, ...]]
    polls: dict[int, events.Poll]
    threads: dict[int, events.ThreadSummary]
    attachments: dict[int, tuple[events.Attachment, ...]]
    notes: dict[int, events.AgentNote]
    outdated: dict[int, events.Outdated]


def _is_agents(row: Any) -> bool:
    return row.author_kind == events.Being.AGENT and row.deleted_at is None


def _is_assistants(row: Any) -> bool:
    return row.author_kind == events.Being.ASSISTANT and row.deleted_at is None


def _message(row: Any, found: _Details) -> events.Message:
    quote = None
    if row.quoted_id is not None:
        quote = events.Quote(
            id=row.quoted_id,
            author_id=row.quoted_author_id,
            author_name=row.quoted_author,
            excerpt="" if row.quoted_withheld else excerpt(row.quoted_body),
            is_deleted=row.quoted_deleted_at is not None,
            withheld=row.quoted_withheld,
        )
    message = events.Message(
        id=row.id,
        position=row.position,
        ordinal=row.ordinal or 0,
        client_id=row.client_id,
        author=events.Person(
            id=row.author_id,
            username=row.username,
            name=row.name,
            hue=row.hue,
            avatar=row.avatar,
            kind=row.author_kind,
        ),
        body=row.body,
        mentions=tuple(row.mentions),
        sent_at=row.sent_at,
        edited_at=row.edited_at,
        is_deleted=row.deleted_at is not None,
        is_pinned=row.pinned_at is not None,
        quote=quote,
        thread_id=row.thread_id,
        thread=found.threads.get(row.id),
        score=row.score,
        reactions=found.reactions.get(row.id, ()),
        poll=found.polls.get(row.id),
        attachments=found.attachments.get(row.id, ()),
        agent=found.notes.get(row.id),
        outdated=found.outdated.get(row.id),
        withheld=row.withheld,
    )
    return message.model_copy(update=NOTHING) if row.withheld else message
