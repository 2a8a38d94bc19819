"""Brings chat logs in, through the same service that posts for everybody."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Room
from chatrooms.domain.errors import InvalidInput, MessageUnavailable
from chatrooms.domain.events import Being
from chatrooms.domain.text import check_line, slugify, username_from
from chatrooms.services import admission, messages, rooms
from chatrooms.services.accounts import ensure_guest
from chatrooms.services.ai import summarising
from chatrooms.services.rooms import RoomDraft

IMPORTED = "log-"
"""How the client ids of imported messages begin."""
_FIRST_YEAR = 1970
"""Far earlier than any log, and far enough from the first moment that Python can tell."""


class LogLine(BaseModel):
    """One line of a log: who said what, where and when."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)

    room: str = Field(min_length=1, max_length=80)
    author: str = Field(min_length=1, max_length=80)
    sent_at: AwareDatetime
    text: str
    id: str | None = None
    reply_to: str | None = None
    thread: str | None = None
    """The id of the line in whose thread it is a reply."""
    name: str = Field(default="", max_length=80)
    """What the author is called; else the same as `author`."""


def find_owner(deps: Deps, *, username: str) -> int:
    """The account of somebody who can sign in, to own rooms that are imported. For the operator at
    the console.

    Raises: InvalidInput if there is none of that name.
    """
    with transaction(deps.sessions) as tx:
        found = tx.scalar(
            select(col(Account.id)).where(
                func.lower(col(Account.username)) == username.lower(),
                col(Account.kind) == Being.PERSON.value,
                col(Account.deactivated_at).is_(None),
                col(Account.password_hash) != "",
            )
        )
    if found is None:
        raise InvalidInput(f"Nobody named {username} can sign in here.")
    return found


def parse_line(line: str) -> LogLine:
    """A line of a JSON Lines log.

    Raises: InvalidInput saying what is wrong with it.
    """
    try:
        return LogLine.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{where}: {first['msg']}" if where else first["msg"]) from error


@dataclass(slots=True)
class Importer:
    """Imports lines one after another. Importing the same lines again stores nothing twice.

    For the operator at the console: it creates rooms and passwordless accounts as it needs them,
    and makes the authors members. It never writes in the name of an account that can sign in.
    """

    deps: Deps
    drafts: dict[str, RoomDraft] = field(default_factory=dict[str, RoomDraft])
    """How rooms are described, by the name that the log gives them; else by that name alone."""
    owner_id: int = 0
    """Whose the rooms are that are made; else of whoever says something in them first, who cannot
    sign in."""
    is_judged: bool = False
    """Whether moderation looks at the lines, as at what people write now."""
    _rooms: dict[str, int] = field(default_factory=dict[str, int])
    _accounts: dict[str, int] = field(default_factory=dict[str, int])
    _members: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    _posted: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    _uncounted: set[int] = field(default_factory=set[int])
    """Rooms into which lines came that moderation does not count towards the next summary."""
    _seen: Counter[str] = field(default_factory=Counter[str])

    def add(self, line: LogLine) -> bool:
        """Post one line, keeping its time and what it replies to; false if it was there already.

        A reply to a line that was not imported is posted without the quote.
        Raises: ChatError if it cannot be posted.
        """
        if line.sent_at > self.deps.clock():
            raise InvalidInput("sent_at lies in the future")
        if line.sent_at.year < _FIRST_YEAR:
            raise InvalidInput(f"sent_at lies before {_FIRST_YEAR}")
        account_id = self._account(line)
        room_id = self._room(line.room, owner_id=self.owner_id or account_id)
        self._join(room_id, account_id)
        client_id = self._client_id(line)
        known = messages.find_posted(self.deps, author_id=account_id, client_id=client_id)
        message_id = known or self._post(line, account_id, room_id, client_id)
        if line.id is not None:
            self._posted[line.room, line.id] = message_id
        if known is None and not self.is_judged:
            self._uncounted.add(room_id)
        return known is None

    def _post(self, line: LogLine, account_id: int, room_id: int, client_id: str) -> int:
        quoted = self._posted.get((line.room, line.reply_to)) if line.reply_to else None
        thread = self._posted.get((line.room, line.thread)) if line.thread else None

        def post(reply_to_id: int | None, thread_id: int | None) -> int:
            return messages.post_message(
                self.deps,
                actor_id=account_id,
                room_id=room_id,
                client_id=client_id,
                body=line.text,
                reply_to_id=reply_to_id,
                thread_id=thread_id,
                sent_at=line.sent_at,
                is_limited=False,
                is_judged=self.is_judged,
            )

        try:
            return post(quoted, thread)
        except MessageUnavailable:
            # It quotes one that moderation holds, or one of another thread.
            return post(None, None)

    def ask_for_summaries(self) -> None:
        """Have the rooms that lines went into be summarised: once all lines are in."""
        for room_id in self._rooms.values():
            summarising.ask_after_import(
                self.deps, room_id=room_id, has_new=room_id in self._uncounted
            )

    def room_id(self, name: str) -> int:
        """The room of that name into which lines were imported."""
        return self._rooms[name]

    def account_id(self, author: str) -> int:
        """The account of an author whose lines were imported."""
        return self._accounts[author]

    def message_id(self, room: str, line_id: str) -> int:
        """The message that a line with an id became."""
        return self._posted[room, line_id]

    def _account(self, line: LogLine) -> int:
        author = line.author
        if author not in self._accounts:
            known_as = check_line(author, label="author", max_chars=80, required=True)
            name = check_line(line.name, label="name", max_chars=80) or known_as
            person = ensure_guest(self.deps, username=username_from(known_as), name=name)
            self._accounts[author] = person.id
        return self._accounts[author]

    def _room(self, name: str, *, owner_id: int) -> int:
        if name not in self._rooms:
            draft = self.drafts.get(name, RoomDraft(name=name))
            self._rooms[name] = _ensure_room(self.deps, draft=draft, owner_id=owner_id)
        return self._rooms[name]

    def _join(self, room_id: int, account_id: int) -> None:
        if (room_id, account_id) not in self._members:
            with transaction(self.deps.sessions) as tx:
                admission.admit(tx, self.deps, room_id=room_id, account_id=account_id)
            self._members.add((room_id, account_id))

    def _client_id(self, line: LogLine) -> str:
        """The same for the same line of the same log; equal lines without an id are counted."""
        told = line.id or "|".join([line.author, _stamp(line.sent_at), line.text])
        key = f"{line.room}|{told}"
        if line.id is None:
            self._seen[key] += 1
            key += f"|{self._seen[key]}"
        return IMPORTED + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:48]


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"


def _ensure_room(deps: Deps, *, draft: RoomDraft, owner_id: int) -> int:
    """The public room of this name, made if there is none. A private one is never written to."""
    columns = draft.checked()
    with transaction(deps.sessions) as tx:
        found = tx.scalar(
            select(col(Room.id))
            .where(col(Room.name) == columns["name"], ~col(Room.is_private))
            .where(col(Room.slug).startswith(slugify(columns["name"]), autoescape=True))
            .order_by(col(Room.id))
            .limit(1)
        )
        if found is not None:
            return found
        return rooms.insert_room(tx, deps, owner_id=owner_id, columns=columns).id
