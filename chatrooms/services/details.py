"""What hangs on messages: reactions, polls, threads, files. Read the same way for a page of
messages and for the event that announces a change, so that folding and loading agree."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, bindparam, func, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import (
    Account,
    AgentOutput,
    AssistantTurn,
    AttachmentRow,
    Message,
    PollRow,
    PollVote,
    ReactionRow,
)
from chatrooms.domain.events import (
    MAX_NAMED,
    AgentNote,
    Attachment,
    Named,
    Outdated,
    Person,
    Poll,
    Reaction,
    Tally,
    ThreadSummary,
)

_MAX_FACES = 3


def _among(column: Any) -> ColumnElement[bool]:
    """Whether a column is one of `ids`: one parameter however many there are, so that the statement
    is always the same."""
    return column == any_(bindparam("ids", type_=ARRAY(BigInteger)))


_OF_EMOJI = (col(ReactionRow.message_id), col(ReactionRow.emoji))
_PLACED = (col(ReactionRow.seq), col(ReactionRow.account_id))
_RANKED = (
    select(
        *_OF_EMOJI,
        col(ReactionRow.account_id),
        col(ReactionRow.seq),
        func.count().over(partition_by=_OF_EMOJI).label("total"),
        func.row_number().over(partition_by=_OF_EMOJI, order_by=_PLACED).label("rank"),
    )
    .where(_among(col(ReactionRow.message_id)))
    .subquery()
)
_REACTIONS: Any = (
    select(_RANKED, col(Account.name))
    .join(Account, col(Account.id) == _RANKED.c.account_id)
    .where(_RANKED.c["rank"] <= MAX_NAMED)
    .order_by(_RANKED.c.message_id, _RANKED.c.seq, _RANKED.c.account_id)
)
_ATTACHMENTS: Any = (
    select(AttachmentRow)
    .where(_among(col(AttachmentRow.message_id)))
    .order_by(col(AttachmentRow.message_id), col(AttachmentRow.id))
)


def reactions_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, tuple[Reaction, ...]]:
    """The reactions of these messages, by message id, in the order in which emoji came first."""
    if not message_ids:
        return {}
    rows = tx.execute(_REACTIONS, {"ids": list(message_ids)}).all()
    found: dict[int, dict[str, tuple[int, list[Named]]]] = defaultdict(dict)
    for row in rows:
        _, named = found[row.message_id].setdefault(row.emoji, (row.total, []))
        named.append(Named(id=row.account_id, name=row.name))
    return {
        message_id: tuple(
            Reaction(emoji=emoji, count=count, first=tuple(named))
            for emoji, (count, named) in by_emoji.items()
        )
        for message_id, by_emoji in found.items()
    }


def polls_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, Poll]:
    """The polls of these messages, by message id."""
    if not message_ids:
        return {}
    rows = tx.scalars(select(PollRow).where(col(PollRow.message_id).in_(message_ids))).all()
    if not rows:
        return {}
    tallies = tallies_of(tx, rows)
    return {
        row.message_id: Poll(
            question=row.question,
            choices=tuple(row.choices),
            is_multiple=row.is_multiple,
            is_anonymous=row.is_anonymous,
            closes_at=row.closes_at,
            closed_at=row.closed_at,
            tally=tallies[row.message_id],
        )
        for row in rows
    }


def tallies_of(tx: Transaction, polls: Sequence[PollRow]) -> dict[int, Tally]:
    """How these polls stand, by message id."""
    ids = [poll.message_id for poll in polls]
    votes = _ranked_votes(tx, ids)
    voters = dict(
        tx.execute(
            select(col(PollVote.message_id), func.count(func.distinct(col(PollVote.account_id))))
            .where(col(PollVote.message_id).in_(ids))
            .group_by(col(PollVote.message_id))
        ).all()
    )
    return {
        poll.message_id: _tally(poll, votes[poll.message_id], voters.get(poll.message_id, 0))
        for poll in polls
    }


def _ranked_votes(tx: Transaction, ids: Sequence[int]) -> dict[int, list[Any]]:
    of_choice = (col(PollVote.message_id), col(PollVote.choice))
    cast = (col(PollVote.seq), col(PollVote.account_id))
    ranked = (
        select(
            *of_choice,
            col(PollVote.account_id),
            func.count().over(partition_by=of_choice).label("total"),
            func.row_number().over(partition_by=of_choice, order_by=cast).label("rank"),
        )
        .where(col(PollVote.message_id).in_(ids))
        .subquery()
    )
    votes: dict[int, list[Any]] = defaultdict(list)
    for row in tx.execute(
        select(ranked, col(Account.name))
        .join(Account, col(Account.id) == ranked.c.account_id)
        .where(ranked.c["rank"] <= MAX_NAMED)
        .order_by(ranked.c.message_id, ranked.c.choice, ranked.c["rank"])
    ):
        votes[row.message_id].append(row)
    return votes


def _tally(poll: PollRow, votes: Sequence[Any], voter_count: int) -> Tally:
    counts = [0] * len(poll.choices)
    voters: list[list[Named]] = [[] for _ in poll.choices]
    for vote in votes:
        counts[vote.choice] = vote.total
        voters[vote.choice].append(Named(id=vote.account_id, name=vote.name))
    return Tally(
        counts=tuple(counts),
        voter_count=voter_count,
        voters=() if poll.is_anonymous else tuple(tuple(named) for named in voters),
    )


def threads_of(tx: Transaction, root_ids: Sequence[int]) -> dict[int, ThreadSummary]:
    """How the threads of these messages stand, by message id; without those nobody replied in."""
    if not root_ids:
        return {}
    last_position: Any = func.max(col(Message.position))
    of_thread: Any = col(Message.thread_id)
    by_author = (
        select(
            of_thread.label("root_id"),
            col(Message.author_id),
            func.sum(func.count()).over(partition_by=of_thread).label("total"),
            func.max(func.max(col(Message.sent_at))).over(partition_by=of_thread).label("last_at"),
            last_position.label("position"),
            func.row_number()
            .over(partition_by=of_thread, order_by=last_position.desc())
            .label("rank"),
        )
        .where(
            of_thread.in_(root_ids),
            col(Message.deleted_at).is_(None),
            col(Message.position).is_not(None),
        )
        .group_by(of_thread, col(Message.author_id))
        .subquery()
    )
    rows = tx.execute(
        select(
            by_author,
            col(Account.id),
            col(Account.username),
            col(Account.name),
            col(Account.hue),
            col(Account.avatar),
            col(Account.kind),
        )
        .join(Account, col(Account.id) == by_author.c.author_id)
        .where(by_author.c["rank"] <= _MAX_FACES)
        .order_by(by_author.c.root_id, by_author.c["rank"])
    ).all()
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.root_id].append(row)
    return {
        root_id: ThreadSummary(
            count=int(found[0].total),
            last_at=found[0].last_at,
            last_position=found[0].position,
            faces=tuple(
                Person(
                    id=row.id,
                    username=row.username,
                    name=row.name,
                    hue=row.hue,
                    avatar=row.avatar,
                    kind=row.kind,
                )
                for row in found
            ),
        )
        for root_id, found in grouped.items()
    }


def attachments_of(
    tx: Transaction, message_ids: Sequence[int]
) -> dict[int, tuple[Attachment, ...]]:
    """The files of these messages, by message id, in the order in which they were added."""
    if not message_ids:
        return {}
    rows = tx.scalars(_ATTACHMENTS, {"ids": list(message_ids)}).all()
    found: dict[int, list[Attachment]] = defaultdict(list)
    for row in rows:
        found[row.message_id or 0].append(attachment_of(row))
    return {message_id: tuple(files) for message_id, files in found.items()}


def attachment_of(row: AttachmentRow) -> Attachment:
    """A file as messages carry it."""
    return Attachment(
        token=row.token,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
    )


def agent_notes_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, AgentNote]:
    """What the room's agent says of these messages of its own, by message id."""
    if not message_ids:
        return {}
    rows = tx.execute(
        select(AgentOutput, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(AgentOutput.started_by))
        .where(col(AgentOutput.message_id).in_(message_ids))
    ).all()
    return {
        output.message_id or 0: AgentNote(
            kind=output.kind,
            why=str(output.idea.get("why", "")),
            sources=tuple(output.evidence),
            started_by=Named(id=output.started_by, name=name) if output.started_by else None,
        )
        for output, name in rows
    }


def outdated_of(tx: Transaction, message_ids: Sequence[int]) -> dict[int, Outdated]:
    """What became of the messages that these answers of the assistant's rest on, by the answer's
    message id; none of those that rest on what they did."""
    if not message_ids:
        return {}
    rows = tx.execute(
        select(
            col(AssistantTurn.reply_id), col(AssistantTurn.outdated), col(AssistantTurn.lost)
        ).where(col(AssistantTurn.reply_id).in_(message_ids), col(AssistantTurn.outdated) != "")
    ).all()
    return {row.reply_id: Outdated(change=row.outdated, lost=tuple(row.lost)) for row in rows}
