"""Polls: opening, voting, closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Membership, Message, PollRow, PollVote
from chatrooms.domain.errors import InvalidInput, MessageUnavailable, NotAllowed, PollEnded
from chatrooms.domain.events import PollClosed, PollVoted
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_line
from chatrooms.services import messages
from chatrooms.services.access import RoomAccess, access_message
from chatrooms.services.attaching import CheckedPoll
from chatrooms.services.details import tallies_of
from chatrooms.services.event_log import append_event, lock_room, record, take_seq
from chatrooms.services.marking import access_to_mark, lock_standing
from chatrooms.services.notify import notify

MAX_QUESTION_CHARS = 300
MAX_CHOICE_CHARS = 100
MIN_CHOICES, MAX_CHOICES = 2, 10
MAX_OPEN_FOR = timedelta(days=366)
_AT_ONCE = 500
"""Accounts notified with one statement."""


@dataclass(frozen=True, slots=True)
class PollDraft:
    """A poll as somebody wrote it, unchecked."""

    question: str
    choices: Sequence[str]
    is_multiple: bool = False
    is_anonymous: bool = False
    closes_at: datetime | None = None


def open_poll(deps: Deps, *, actor_id: int, room_id: int, client_id: str, draft: PollDraft) -> int:
    """Ask the room a question and return the id of the message that shows it.

    Raises: InvalidInput; as `messages.post_poll`, which checks the right to post.
    """
    poll = check_poll(draft, now=deps.clock())
    return messages.post_poll(
        deps, actor_id=actor_id, room_id=room_id, client_id=client_id, poll=poll
    )


def check_poll(draft: PollDraft, *, now: datetime) -> CheckedPoll:
    """The poll as it will be stored. Raises: InvalidInput saying what is wrong with it."""
    question = check_line(
        draft.question, label="The question", max_chars=MAX_QUESTION_CHARS, required=True
    )
    if not MIN_CHOICES <= len(draft.choices) <= MAX_CHOICES:
        raise InvalidInput(f"A poll has {MIN_CHOICES} to {MAX_CHOICES} choices.")
    choices = tuple(
        check_line(text, label=f"Choice {number}", max_chars=MAX_CHOICE_CHARS, required=True)
        for number, text in enumerate(draft.choices, start=1)
    )
    if len({choice.casefold() for choice in choices}) < len(choices):
        raise InvalidInput("Two choices are the same.")
    closes_at = draft.closes_at
    if closes_at is not None and not now < closes_at <= now + MAX_OPEN_FOR:
        raise InvalidInput("A poll closes in the future, and within a year.")
    return CheckedPoll(question, choices, draft.is_multiple, draft.is_anonymous, closes_at)


def vote(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    message_id: int,
    choice: int,
    is_chosen: bool = True,
    from_sid: str = "",
) -> list[int]:
    """Choose one of a poll's choices by its index, or choose it no more, and return what the actor
    has chosen then. Where a poll allows one choice only, it replaces the one before. Choosing the
    same again changes nothing.

    The actor's other tabs are told; the one on the socket `from_sid` knows already.
    Raises: PollEnded once it is closed or its time is over; InvalidInput if it has no such choice;
        MessageUnavailable if the message has no poll or is deleted; as `access_to_mark`.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_to_mark(
            tx, deps, actor_id=actor_id, room_id=room_id, message_id=message_id
        )
        poll = _open_poll_of(tx, deps, message=message)
        if isinstance(choice, bool) or choice not in range(len(poll.choices)):
            raise InvalidInput("The poll has no such choice.")
        before = _votes_of(tx, message_id=message.id, account_id=access.actor.id)
        if (choice in before) == bool(is_chosen):
            return sorted(before)
        seq = take_seq(tx, room_id=access.room_id)
        kept = {each for each in before if poll.is_multiple and each != choice}
        for each in before.keys() - kept:
            tx.delete(before[each])
        if is_chosen:
            tx.add(_new_vote(message, access, choice, seq))
        tx.flush()
        tally = tallies_of(tx, [poll])[message.id]
        event = PollVoted(message_id=message.id, tally=tally)
        append_event(tx, deps, room_id=access.room_id, seq=seq, event=event)
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "marks", from_sid=from_sid))
        if not before:
            _tell_opener(tx, deps, access=access, message=message, poll=poll)
    return sorted(kept | {choice}) if is_chosen else sorted(kept)


def _open_poll_of(tx: Transaction, deps: Deps, *, message: Message) -> PollRow:
    poll = tx.get(PollRow, message.id)
    if poll is None:
        raise MessageUnavailable
    is_over = poll.closes_at is not None and poll.closes_at <= deps.clock()
    if poll.closed_at is not None or is_over:
        raise PollEnded
    return poll


def _votes_of(tx: Transaction, *, message_id: int, account_id: int) -> dict[int, PollVote]:
    votes = tx.scalars(
        select(PollVote).where(
            col(PollVote.message_id) == message_id, col(PollVote.account_id) == account_id
        )
    )
    return {vote.choice: vote for vote in votes}


def _new_vote(message: Message, access: RoomAccess, choice: int, seq: int) -> PollVote:
    return PollVote(message_id=message.id, account_id=access.actor.id, choice=choice, seq=seq)


def _tell_opener(
    tx: Transaction, deps: Deps, *, access: RoomAccess, message: Message, poll: PollRow
) -> None:
    """Once for each voter, however often one changes the vote. Of an anonymous poll the opener
    learns that somebody voted, not who."""
    opener = {message.author_id} - {access.actor.id}
    notify(
        tx,
        deps,
        account_ids=_members(tx, room_id=access.room_id, account_ids=sorted(opener)),
        kind=Kind.POLL_VOTES,
        group_key=str(message.id),
        by_id=None if poll.is_anonymous else access.actor.id,
        room_id=access.room_id,
        message_id=message.id,
        detail=poll.question,
    )


def _members(tx: Transaction, *, room_id: int, account_ids: Sequence[int]) -> Sequence[int]:
    """Those of the accounts that may still know what happens in the room."""
    return tx.scalars(
        select(col(Membership.account_id))
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(
            col(Membership.room_id) == room_id,
            col(Membership.account_id).in_(account_ids),
            col(Account.deactivated_at).is_(None),
        )
    ).all()


def close_poll(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> None:
    """End a poll: its results stay. For who opened it, and for moderators.

    Closing a closed one changes nothing. Raises: NotAllowed; MessageUnavailable if the message has
    no poll; as `access_message`.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.POST
        )
        is_opener = message.author_id == access.actor.id
        if not is_opener and Permission.CLOSE_POLL not in access.permissions:
            raise NotAllowed("Only who opened the poll and moderators can close it.")
        lock_standing(tx, message=message)
        poll = tx.get(PollRow, message.id)
        if poll is None:
            raise MessageUnavailable
        _close(tx, deps, room_id=access.room_id, poll=poll, by_id=access.actor.id)


def close_due(deps: Deps, *, limit: int = 100) -> int:
    """Close the polls whose time is over, at most `limit`, and return how many were closed.

    For beat. However many workers do it at once, each poll is closed by one of them: whether it is
    open is asked again under its room's lock.
    """
    with transaction(deps.sessions) as tx:
        due = tx.execute(
            select(col(PollRow.message_id), col(Message.room_id))
            .join(Message, col(Message.id) == col(PollRow.message_id))
            .where(col(PollRow.closed_at).is_(None), col(PollRow.closes_at) <= deps.clock())
            .order_by(col(PollRow.closes_at))
            .limit(limit)
        ).all()
    return sum(_close_due(deps, message_id=row[0], room_id=row[1]) for row in due)


def _close_due(deps: Deps, *, message_id: int, room_id: int) -> bool:
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=room_id)
        poll = tx.get(PollRow, message_id)
        return poll is not None and _close(tx, deps, room_id=room_id, poll=poll, by_id=None)


def _close(tx: Transaction, deps: Deps, *, room_id: int, poll: PollRow, by_id: int | None) -> bool:
    if poll.closed_at is not None:
        return False
    poll.closed_at = deps.clock()
    tx.flush()
    event = PollClosed(message_id=poll.message_id, closed_at=poll.closed_at)
    record(tx, deps, room_id=room_id, event=event)
    voters = tx.scalars(
        select(col(PollVote.account_id))
        .where(col(PollVote.message_id) == poll.message_id)
        .distinct()
    ).all()
    for start in range(0, len(voters), _AT_ONCE):
        some = voters[start : start + _AT_ONCE]
        notify(
            tx,
            deps,
            account_ids=_members(tx, room_id=room_id, account_ids=some),
            kind=Kind.POLL_CLOSED,
            group_key=str(poll.message_id),
            by_id=by_id,
            room_id=room_id,
            message_id=poll.message_id,
            detail=poll.question,
        )
    return True
