"""The moderation log as moderators read it: who decided what, why, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Membership
from chatrooms.domain.errors import NotAllowed
from chatrooms.domain.moderation import Queue, Status, Withheld
from chatrooms.domain.permissions import Permission, Role
from chatrooms.services.access import access_account
from chatrooms.services.access_rooms import OpenRoom, access_rooms_to
from chatrooms.services.moderation.log_fates import Fate, find_fates
from chatrooms.services.moderation.log_filter import LogFilter
from chatrooms.services.moderation.log_pages import Place, Scope, find_page
from chatrooms.services.moderation.texts import Choice, Mark, marked_choices, marks_of

_MOST_WORDS = 5
_STAFF = [Role.OWNER.value, Role.MODERATOR.value]


@dataclass(frozen=True, slots=True)
class Found:
    """What model and rules found when they decided."""

    score: float | None
    """In [0, 1]; None where the model could not read the text."""
    model: str
    """The model's version; empty if there was none to ask."""
    rule: str
    """The rule that decided; empty if the model did."""
    mode: str
    """The room's mode, and its thresholds, at that moment."""
    flag_threshold: float
    remove_threshold: float
    words: tuple[str, ...]
    """What of the text drove the score up, the strongest first. Nothing of a deleted message."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message that was decided about, as it stands now."""

    id: int
    body: str
    """Empty once its author deleted it."""
    choices: tuple[Choice, ...]
    """What its poll offers, if it has one."""
    marks: tuple[Mark, ...]
    """Where the words stand that drove the score up; none if the text was edited since."""
    is_deleted: bool
    is_held: bool
    withheld: Withheld
    is_edited_since: bool
    waits_in: Queue | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One decision. Names are those of today; empty where nobody did it, or it concerns nobody."""

    id: int
    at: datetime
    action: str
    room_slug: str
    """Empty for what concerns the whole site."""
    room_name: str
    by_name: str
    by_username: str
    about_name: str
    about_username: str
    reason: str
    detail: dict[str, Any]
    undoes_id: int | None
    undone: str
    """The action that it takes back; empty for none."""
    found: Found | None
    text: Text | None
    fate: Fate | None
    can_review: bool
    """Whether it is a removal by model or rules that stands, and nobody has decided about; by
    somebody else than who reads this."""

    @property
    def place(self) -> Place:
        """Where it stands in the log."""
        return self.at, self.id


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some of the log, newest first."""

    entries: tuple[LogEntry, ...] = ()
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class LogScope:
    """What somebody may read the log of."""

    rooms: tuple[OpenRoom, ...]
    has_site: bool
    """Whether they also see what concerns the whole site: administrators do."""
    staff: tuple[str, ...]
    """User names of those who moderate these rooms now."""


def access_log(deps: Deps, *, actor_id: int, most_staff: int = 100) -> LogScope:
    """The rooms whose log the actor may read at this moment, and who moderates them.

    Raises: NotSignedIn; NotAllowed for somebody who moderates nothing.
    """
    with transaction(deps.sessions) as tx:
        scope = _access_scope(tx, actor_id=actor_id)
        staff = tx.scalars(
            select(col(Account.username))
            .where(
                col(Account.id).in_(
                    select(col(Membership.account_id)).where(
                        col(Membership.room_id).in_([room.id for room in scope.rooms]),
                        col(Membership.role).in_(_STAFF),
                    )
                )
            )
            .order_by(col(Account.username))
            .limit(most_staff)
        ).all()
    return LogScope(tuple(scope.rooms), scope.has_site, tuple(staff))


def list_entries(
    deps: Deps,
    *,
    actor_id: int,
    wanted: LogFilter,
    after: Place | None = None,
    limit: int = 50,
) -> LogPage:
    """The log of all rooms that the actor moderates, newest first, narrowed to `wanted`; of rooms
    that are not among them, nothing. `after`: the place of the last entry shown. The same number of
    queries, whatever the log holds.

    Raises: NotSignedIn; NotAllowed for somebody who moderates nothing.
    """
    with transaction(deps.sessions) as tx:
        scope = _access_scope(tx, actor_id=actor_id)
        rows = find_page(tx, deps, scope=scope, wanted=wanted, after=after, limit=limit + 1)
        shown = rows[:limit]
        fates = find_fates(tx, shown) if shown else {}
    entries = [_entry(row, fates.get(row.id), actor_id) for row in shown]
    return LogPage(tuple(entries), len(rows) > limit)


def _access_scope(tx: Transaction, *, actor_id: int) -> Scope:
    account = access_account(tx, actor_id=actor_id)
    rooms = access_rooms_to(tx, actor_id=actor_id, to=Permission.MODERATE)
    if not rooms and not account.is_admin:
        raise NotAllowed("The log is for those who moderate.")
    return Scope(rooms, account.is_admin)


def _entry(row: Any, fate: Fate | None, actor_id: int) -> LogEntry:
    is_automatic = row.action == "remove" and row.by_id is None
    return LogEntry(
        id=row.id,
        at=row.created_at,
        action=row.action,
        room_slug=row.room_slug or "",
        room_name=row.room_name or "",
        by_name=row.by_name or "",
        by_username=row.by_username or "",
        about_name=row.about_name or "",
        about_username=row.about_username or "",
        reason=row.reason,
        detail=row.detail,
        undoes_id=row.undoes_id,
        undone=row.undone or "",
        found=_found(row) if row.verdict_id else None,
        text=_text(row) if row.message_id else None,
        fate=fate,
        can_review=is_automatic
        and fate is None
        and row.status == Status.REMOVED
        and row.deleted_at is None
        and row.author_id != actor_id,
    )


def _found(row: Any) -> Found:
    return Found(
        score=row.score,
        model=row.model,
        rule=row.rule,
        mode=row.policy.get("mode", ""),
        flag_threshold=row.policy.get("flag_threshold", 0.0),
        remove_threshold=row.policy.get("remove_threshold", 0.0),
        words=_words(row.evidence),
    )


def _words(evidence: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    strongest = sorted(evidence, key=lambda each: -float(each.get("weight", 0)))
    return tuple(dict.fromkeys(str(each["words"]) for each in strongest))[:_MOST_WORDS]


def _text(row: Any) -> Text:
    is_judged_text = row.verdict_id is not None and row.judged_revision == row.revision
    evidence = row.evidence if is_judged_text else ()
    return Text(
        id=row.message_id,
        body=row.body,
        choices=marked_choices(evidence, body=row.body, choices=row.choices or ()),
        marks=marks_of(evidence, length=len(row.body)),
        is_deleted=row.deleted_at is not None,
        is_held=row.position is None,
        withheld=Withheld(row.withheld),
        is_edited_since=row.edited_at is not None and row.edited_at > row.created_at,
        waits_in=Queue(row.waits_in) if row.waits_in else None,
    )
