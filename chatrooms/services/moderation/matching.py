"""Which of a room's rules fit messages, asked once for a whole batch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, AttachmentRow, Membership, Message, RuleRow
from chatrooms.domain.moderation import RuleHit
from chatrooms.domain.rules import MAX_WINDOW, Rule, RuleKind, Subject, places
from chatrooms.domain.words import Places, read
from chatrooms.ml.characters import clean, clean_text
from chatrooms.services.moderation import patterns
from chatrooms.services.moderation.texts import Text, find_choices

_MAX_EARLIER = 5_000
_MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Fit:
    """What the rules make of one message."""

    hits: tuple[RuleHit, ...] = ()
    allowed: Places = ()
    """What of the text rules vouch for."""
    is_allowed: bool = False
    """Whether that is all the text says."""

    def rest(self, body: str) -> str:
        """The text without what rules vouch for."""
        kept: list[str] = []
        done = 0
        for start, end in self.allowed:
            kept.append(body[done:start])
            done = max(done, end)
        return " ".join([*kept, body[done:]])


NOTHING = Fit()


_RULES = (
    select(RuleRow)
    .where(
        or_(col(RuleRow.room_id) == bindparam("room"), col(RuleRow.room_id).is_(None)),
        col(RuleRow.is_on),
        col(RuleRow.deleted_at).is_(None),
    )
    .order_by(col(RuleRow.id))
)


def load_rules(tx: Transaction, *, room_id: int) -> list[Rule]:
    """The rules that are on in a room, its own and the site's."""
    return [build(row) for row in tx.scalars(_RULES, {"room": room_id})]


def build(row: RuleRow) -> Rule:
    """A stored rule, ready to be asked."""
    return Rule.of(
        id=row.id,
        name=row.name,
        kind=row.kind,
        action=row.action,
        options=row.options,
        seen=clean_text,
    )


def find_fits(
    tx: Transaction,
    *,
    rules: Sequence[Rule],
    messages: Sequence[Message],
    texts: Mapping[int, Text],
) -> dict[int, Fit]:
    """What the rules make of messages of one room, whose texts are those of `texts.find_texts`; by
    id. Those that none fits are left out."""
    if not rules or not messages:
        return {}
    subjects = _subjects(tx, {rule.kind for rule in rules}, messages, texts)
    found = {message.id: fit(rules, subjects[message.id]) for message in messages}
    return {message_id: each for message_id, each in found.items() if each != NOTHING}


def fit(rules: Sequence[Rule], subject: Subject) -> Fit:
    """What the rules make of one message. A word that an allow rule vouches for breaks no rule
    about words."""
    allowed = tuple(
        sorted(
            place
            for rule in rules
            if rule.kind is RuleKind.ALLOW
            for place in places(rule, subject) or ()
        )
    )
    hits = [_hit(rule, subject, allowed) for rule in rules if rule.kind is not RuleKind.ALLOW]
    found = Fit(tuple(hit for hit in hits if hit is not None), allowed)
    says_more = any(char.isalnum() for char in found.rest(subject.body))
    return replace(found, is_allowed=bool(allowed) and not says_more)


def _hit(rule: Rule, subject: Subject, allowed: Places) -> RuleHit | None:
    if rule.kind is RuleKind.PATTERN:
        found: Places | None = patterns.find(rule.options["pattern"], subject.body) or None
    else:
        found = places(rule, subject)
    if found and rule.kind in (RuleKind.WORDS, RuleKind.PATTERN):
        found = tuple(each for each in found if not _is_within(each, allowed)) or None
    if found is None:
        return None
    words = tuple(subject.body[start:end] for start, end in found[:_MAX_WORDS])
    return RuleHit(rule.id, rule.name, rule.action, words, found[:_MAX_WORDS])


def _is_within(place: tuple[int, int], allowed: Places) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in allowed)


def subject_of(body: str) -> Subject:
    """A text as rules about words look at it."""
    seen = clean(body)
    return Subject(body=body, readings=read(seen.text, seen.span))


def _subjects(
    tx: Transaction, kinds: set[RuleKind], messages: Sequence[Message], texts: Mapping[int, Text]
) -> dict[int, Subject]:
    same = _same_before(tx, messages, texts) if RuleKind.REPEATS in kinds else {}
    is_new = RuleKind.NEWCOMERS in kinds
    with_files = _with_files(tx, messages) if is_new else set[int]()
    since = _since(tx, messages) if is_new else {}
    subjects: dict[int, Subject] = {}
    for message in messages:
        plain = subject_of(texts[message.id].whole)
        account_at, joined_at = since.get(message.author_id, (None, None))
        subjects[message.id] = Subject(
            body=plain.body,
            readings=plain.readings,
            has_files=message.id in with_files,
            account_age=_age(message, account_at),
            room_age=_age(message, joined_at),
            same_before=same.get(message.id, ()),
        )
    return subjects


def _age(message: Message, since: datetime | None) -> timedelta:
    return message.sent_at - since if since is not None else timedelta.max


def _with_files(tx: Transaction, messages: Sequence[Message]) -> set[int]:
    ids = [message.id for message in messages]
    wanted = select(col(AttachmentRow.message_id)).where(col(AttachmentRow.message_id).in_(ids))
    return {message_id for message_id in tx.scalars(wanted) if message_id is not None}


def _since(
    tx: Transaction, messages: Sequence[Message]
) -> dict[int, tuple[datetime, datetime | None]]:
    """Since when each author has an account, and is a member."""
    here = and_(
        col(Membership.account_id) == col(Account.id),
        col(Membership.room_id) == messages[0].room_id,
    )
    rows = tx.execute(
        select(col(Account.id), col(Account.created_at), col(Membership.joined_at))
        .outerjoin(Membership, here)
        .where(col(Account.id).in_({message.author_id for message in messages}))
    )
    return {row.id: (row.created_at, row.joined_at) for row in rows}


def _same_before(
    tx: Transaction, messages: Sequence[Message], texts: Mapping[int, Text]
) -> dict[int, list[timedelta]]:
    """How long before each message its author said the same in its room; of polls, the choices
    too."""
    earliest = min(message.sent_at for message in messages) - MAX_WINDOW
    rows = tx.execute(
        select(
            col(Message.id),
            col(Message.author_id),
            col(Message.body),
            col(Message.sent_at),
            col(Message.has_poll),
        )
        .where(
            col(Message.room_id) == messages[0].room_id,
            col(Message.author_id).in_({message.author_id for message in messages}),
            col(Message.sent_at) >= earliest,
            col(Message.deleted_at).is_(None),
        )
        .order_by(col(Message.sent_at).desc())
        .limit(_MAX_EARLIER)
    ).all()
    choices = find_choices(tx, rows)
    said: dict[tuple[int, str], list[tuple[int, datetime]]] = defaultdict(list)
    for row in rows:
        whole = Text(row.body, choices.get(row.id, ())).whole
        said[row.author_id, _essence(whole)].append((row.id, row.sent_at))
    return {
        message.id: [
            message.sent_at - at
            for other_id, at in said[message.author_id, _essence(texts[message.id].whole)]
            if other_id < message.id
        ]
        for message in messages
        if message.newest_text
    }


def _essence(body: str) -> str:
    return " ".join(clean_text(body).split())
