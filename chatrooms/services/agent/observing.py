"""What the agent sees of its room: nothing of any other."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Message, PollRow, Room
from chatrooms.domain.agent_observation import Observation, SeenMessage, SeenPoll, SeenSentence
from chatrooms.domain.moderation import Status
from chatrooms.services.agent.outputs import read_outputs
from chatrooms.services.agent.runs import Run, check_may_act
from chatrooms.services.agent.shown import note_shown
from chatrooms.services.agent.timing import read_past
from chatrooms.services.ai.cited import IS_CITABLE
from chatrooms.services.ai.summaries import read_room_summary
from chatrooms.services.event_log import lock_room

_MESSAGES = 60
_MAX_POLLS = 10
_MAX_CHARS = 1_000
"""Of one message."""
_SECONDS = 60


def observe(deps: Deps, run: Run) -> Observation:
    """The run's room as it is now: approved messages that everybody there sees, its summary, its
    open polls, and what the agent did before. Raises: as `check_may_act`."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        # Whoever changes a message meanwhile waits, and then finds that this run was shown it.
        lock_room(tx, room_id=run.room_id)
        check_may_act(tx, run)
        room = tx.get_one(Room, run.room_id)
        summary = read_room_summary(tx, room_id=run.room_id)
        last = read_past(tx, room_id=run.room_id, now=now).last_human_at or now
        seen = Observation(
            room=room.name,
            slug=room.slug,
            topic=room.topic,
            tags=tuple(room.tags),
            description=room.description,
            quiet_min=max(0, int((now - last).total_seconds() // _SECONDS)),
            summary=tuple(SeenSentence(text=s.text, ids=s.ids) for s in summary.sentences),
            messages=tuple(_messages(tx, run.room_id)),
            polls=tuple(_polls(tx, run.room_id, now)),
            outputs=tuple(each.seen for each in read_outputs(tx, room_id=run.room_id)),
            revisions=dict(summary.revisions),
        )
        note_shown(tx, run_id=run.id, seen=seen)
        return seen


def _messages(tx: Transaction, room_id: int) -> list[SeenMessage]:
    rows: Sequence[Any] = tx.execute(
        select(
            col(Message.id),
            col(Message.revision),
            col(Message.body),
            col(Message.sent_at),
            col(Message.reply_to_id),
            col(Message.thread_id),
            col(Account.name),
        )
        .join(Account, col(Account.id) == col(Message.author_id))
        .where(col(Message.room_id) == room_id, IS_CITABLE, col(Message.body) != "")
        .order_by(col(Message.position).desc())
        .limit(_MESSAGES)
    ).all()
    return [
        SeenMessage(
            id=row.id,
            revision=row.revision,
            author=row.name,
            text=row.body[:_MAX_CHARS],
            at=row.sent_at.isoformat(timespec="seconds"),
            reply_to=row.reply_to_id,
            thread=row.thread_id,
        )
        for row in rows[::-1]
    ]


def _polls(tx: Transaction, room_id: int, now: datetime) -> list[SeenPoll]:
    rows = tx.execute(
        select(col(PollRow.message_id), col(PollRow.question), col(PollRow.choices))
        .join(Message, col(Message.id) == col(PollRow.message_id))
        .where(
            col(Message.room_id) == room_id,
            col(Message.position).is_not(None),
            col(Message.deleted_at).is_(None),
            col(Message.withheld) == "",
            col(Message.status) == Status.APPROVED,
            col(PollRow.closed_at).is_(None),
            col(PollRow.closes_at).is_(None) | (col(PollRow.closes_at) > now),
        )
        .order_by(col(Message.position).desc())
        .limit(_MAX_POLLS)
    ).all()
    return [
        SeenPoll(id=row.message_id, question=row.question, choices=tuple(row.choices))
        for row in rows
    ]
