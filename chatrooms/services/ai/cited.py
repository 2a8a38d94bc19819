"""The messages that something written by the assistant rests on, as far as they may be shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, AssistantTurn, Message, Room, table_of
from chatrooms.domain.events import Being, Person
from chatrooms.domain.moderation import Status
from chatrooms.domain.text import excerpt
from chatrooms.services.access_rooms import may_read

PREVIEW_CHARS = 600
_MESSAGES, _ACCOUNTS, _ROOMS = table_of(Message), table_of(Account), table_of(Room)
IS_CITABLE: Any = (
    col(Message.position).is_not(None)
    & col(Message.deleted_at).is_(None)
    & (col(Message.withheld) == "")
    & (col(Message.status) == Status.APPROVED)
    & col(Message.author_id).not_in(
        select(col(Account.id)).where(col(Account.kind) != Being.PERSON.value)
    )
)
"""Whether the assistant may rest on a message: it is approved, everybody in the room sees it, and
a person wrote it. What the language model says rests on messages that may be gone by then."""
_CITED: Any = (
    select(
        _MESSAGES.c.id,
        _MESSAGES.c.body,
        _MESSAGES.c.sent_at,
        _MESSAGES.c.thread_id,
        _ACCOUNTS.c.id.label("author_id"),
        _ACCOUNTS.c.username,
        _ACCOUNTS.c.name,
        _ACCOUNTS.c.hue,
        _ACCOUNTS.c.avatar,
        _ACCOUNTS.c.kind.label("author_kind"),
        _ROOMS.c.id.label("room_id"),
        _ROOMS.c.slug,
        _ROOMS.c.name.label("room_name"),
    )
    .join(_ACCOUNTS, _ACCOUNTS.c.id == _MESSAGES.c.author_id)
    .join(_ROOMS, _ROOMS.c.id == _MESSAGES.c.room_id)
    .where(col(Message.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))), IS_CITABLE)
)
_IS_OPEN: Any = _ROOMS.c.has_assistant & may_read(
    room_id=_ROOMS.c.id, account_id=bindparam("account")
)
_CITED_HERE: Any = _CITED.where(_ROOMS.c.id == bindparam("room"))
_CITED_ALSO_ELSEWHERE: Any = _CITED.where(
    (_ROOMS.c.id == bindparam("room"))
    | ((_ROOMS.c.id == any_(bindparam("rooms", type_=ARRAY(BigInteger)))) & _IS_OPEN)
)


@dataclass(frozen=True, slots=True)
class CitedRoom:
    """Another room than the one that is looked at, by what people call it."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class CitedMessage:
    """A message in short, to be named as a source."""

    message_id: int
    author: Person
    text: str
    """The beginning of it, on one line."""
    preview: str
    """More of it, as it was written."""
    sent_at: datetime
    in_thread: bool
    elsewhere: CitedRoom | None = None
    """Where it is, if it is in another room."""


def read_cited(
    tx: Transaction,
    *,
    room_id: int,
    ids: Iterable[int],
    elsewhere: Collection[int] = (),
    account_id: int = 0,
) -> dict[int, CitedMessage]:
    """Those of the messages that may be shown and are in this room, which the caller has checked;
    or in one of the rooms `elsewhere`, if the assistant may look there for that account; by id."""
    wanted = {"room": room_id, "ids": list(ids)}
    if not wanted["ids"]:
        return {}
    if elsewhere:
        wanted |= {"rooms": list(elsewhere), "account": account_id}
    rows = tx.execute(_CITED_ALSO_ELSEWHERE if elsewhere else _CITED_HERE, wanted).all()
    return {row.id: _cited(row, room_id) for row in rows}


def _cited(row: Any, room_id: int) -> CitedMessage:
    is_elsewhere = row.room_id != room_id
    return CitedMessage(
        message_id=row.id,
        author=Person(
            id=row.author_id,
            username=row.username,
            name=row.name,
            hue=row.hue,
            avatar=row.avatar,
            kind=row.author_kind,
        ),
        text=excerpt(row.body),
        preview=row.body[:PREVIEW_CHARS] + ("\u2026" if len(row.body) > PREVIEW_CHARS else ""),
        sent_at=row.sent_at,
        in_thread=row.thread_id is not None,
        elsewhere=CitedRoom(row.slug, row.room_name) if is_elsewhere else None,
    )


def still_says(tx: Transaction, *, room_id: int, revisions: Mapping[int, int]) -> bool:
    """Whether each of these messages of a room may be cited and says what it did in that
    revision."""
    if not revisions:
        return True
    now = tx.execute(
        select(col(Message.id), col(Message.revision)).where(
            col(Message.room_id) == room_id, col(Message.id).in_(revisions), IS_CITABLE
        )
    ).all()
    return {row.id: row.revision for row in now} == dict(revisions)


_READ = (
    func.unnest(col(AssistantTurn.rests_on), col(AssistantTurn.revisions))
    .table_valued("id", "revision")
    .render_derived("read")
)
_IS_OPEN_TO_ASKER: Any = (
    select(_ROOMS.c.id)
    .where(
        _ROOMS.c.id == _MESSAGES.c.room_id,
        _ROOMS.c.id == any_(col(AssistantTurn.elsewhere)),
        _ROOMS.c.has_assistant,
        may_read(room_id=_ROOMS.c.id, account_id=col(AssistantTurn.account_id)),
    )
    .correlate(_MESSAGES, AssistantTurn)
    .exists()
)
_STANDS: Any = (
    (col(Message.id) == _READ.c.id) & (col(Message.revision) == _READ.c.revision) & IS_CITABLE
)
_STANDS_HERE: Any = _STANDS & (col(Message.room_id) == col(AssistantTurn.room_id))
_STANDS_WHERE_OPEN: Any = _STANDS & (
    (col(Message.room_id) == col(AssistantTurn.room_id)) | _IS_OPEN_TO_ASKER
)


def _lacking(stands: Any) -> Any:
    """The turns among `ids` that rest on a message which does not stand so, and whether they rest
    on other rooms."""
    lacks = (
        select(_READ.c.id)
        .select_from(_READ.outerjoin(_MESSAGES, stands))
        .where(col(Message.id).is_(None))
        .correlate(AssistantTurn)
        .exists()
    )
    return select(
        col(AssistantTurn.id), (func.cardinality(col(AssistantTurn.elsewhere)) > 0).label("reaches")
    ).where(col(AssistantTurn.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))), lacks)


# Nearly all rest on their own room alone, and what asks no more is planned five times as fast.
_LACKING_HERE, _LACKING_WHERE_OPEN = _lacking(_STANDS_HERE), _lacking(_STANDS_WHERE_OPEN)


def find_outdated(tx: Transaction, turn_ids: Sequence[int]) -> set[int]:
    """Those of the turns that may rest on a message which says something else by now, or may not be
    cited any more; also because it is in another room, and who asked lost that."""
    if not turn_ids:
        return set()
    lacking = tx.execute(_LACKING_HERE, {"ids": list(turn_ids)}).all()
    reaching = [row.id for row in lacking if row.reaches]
    outdated = {row.id for row in lacking if not row.reaches}
    if reaching:
        outdated.update(tx.scalars(_LACKING_WHERE_OPEN, {"ids": reaching}))
    return outdated
