"""Opening and closing cases: messages, and appeals against sanctions, that wait for a moderator."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import CaseRow, Membership, Message, SanctionAppealRow, table_of
from chatrooms.domain.moderation import Queue
from chatrooms.domain.permissions import Role
from chatrooms.services.bans import is_timed_out

_STAFF = (Role.OWNER.value, Role.MODERATOR.value)
_URGENCY = [
    each.value
    for each in (Queue.SAMPLE, Queue.UNREVIEWED, Queue.FLAGGED, Queue.REPORTED, Queue.APPEALS)
]
"""Queues, the least urgent first."""
_OPEN = text("""
    INSERT INTO cases AS known
        (room_id, message_id, author_id, queue, score, opened_at, opened_by)
    VALUES
        (:room_id, :message_id, :author_id, :queue, CAST(:score AS double precision), :opened_at,
         CAST(:opened_by AS bigint))
    ON CONFLICT (message_id) WHERE closed_at IS NULL DO UPDATE SET
        score = excluded.score,
        queue = CASE
            WHEN array_position(CAST(:urgency AS text[]), CAST(known.queue AS text))
                < array_position(CAST(:urgency AS text[]), CAST(excluded.queue AS text))
            THEN excluded.queue ELSE known.queue
        END
""")


@dataclass(frozen=True, slots=True)
class NewCase:
    """A message that is to wait for a moderator."""

    message: Message
    queue: Queue
    score: float | None
    by_id: int | None = None
    """The moderator who takes it up, where nothing else asks for a decision."""


def open_case(
    tx: Transaction,
    deps: Deps,
    *,
    message: Message,
    queue: Queue,
    score: float | None,
    by_id: int | None = None,
) -> None:
    """Have a message wait for a moderator; one that waits goes to the more urgent queue. `by_id`:
    the moderator who takes it up, where nothing else asks for a decision."""
    open_cases(tx, deps, [NewCase(message, queue, score, by_id)])


def open_cases(tx: Transaction, deps: Deps, cases: Sequence[NewCase]) -> None:
    """As `open_case`, for several at once: one by one they would hold the room's lock longer."""
    if not cases:
        return
    rows = [
        {
            "room_id": each.message.room_id,
            "message_id": each.message.id,
            "author_id": each.message.author_id,
            "queue": each.queue.value,
            "score": each.score,
            "opened_at": deps.clock(),
            "opened_by": each.by_id,
            "urgency": _URGENCY,
        }
        for each in cases
    ]
    tx.execute(_OPEN, rows)


def close_case(
    tx: Transaction, deps: Deps, *, message_id: int, outcome: str, by_id: int | None
) -> CaseRow | None:
    """Note that a message waits no more, and why; the case, if one was open."""
    return _close(tx, deps, col(CaseRow.message_id) == message_id, outcome=outcome, by_id=by_id)


def open_appeal_case(tx: Transaction, deps: Deps, *, appeal: SanctionAppealRow) -> None:
    """Have an appeal against a sanction wait for a moderator."""
    tx.add(
        CaseRow(
            room_id=appeal.room_id,
            sanction_appeal_id=appeal.id,
            author_id=appeal.account_id,
            queue=Queue.APPEALS.value,
            opened_at=deps.clock(),
        )
    )
    tx.flush()


def close_appeal_case(
    tx: Transaction, deps: Deps, *, appeal_id: int, outcome: str, by_id: int | None
) -> CaseRow | None:
    """Note that an appeal against a sanction waits no more, and why; the case, if it was open."""
    return _close(
        tx, deps, col(CaseRow.sanction_appeal_id) == appeal_id, outcome=outcome, by_id=by_id
    )


def _close(
    tx: Transaction, deps: Deps, which: Any, *, outcome: str, by_id: int | None
) -> CaseRow | None:
    return tx.scalars(
        update(CaseRow)
        .where(which, col(CaseRow.closed_at).is_(None))
        .values(closed_at=deps.clock(), closed_by=by_id, outcome=outcome)
        .returning(CaseRow)
    ).one_or_none()


_STAFF_OF = select(table_of(Membership).c.account_id).where(
    table_of(Membership).c.room_id == bindparam("room"),
    table_of(Membership).c.role.in_(_STAFF),
)


_ACTING_STAFF_OF = _STAFF_OF.where(
    ~is_timed_out(
        room_id=table_of(Membership).c.room_id, account_id=table_of(Membership).c.account_id
    )
)


def list_staff(tx: Transaction, *, room_id: int) -> list[int]:
    """The accounts of those who moderate a room."""
    return list(tx.scalars(_STAFF_OF, {"room": room_id}))


def list_staff_of(tx: Transaction, *, room_ids: Collection[int]) -> dict[int, list[int]]:
    """The accounts of those who moderate each of these rooms."""
    staff: dict[int, list[int]] = defaultdict(list)
    for room_id, account_id in tx.execute(
        select(col(Membership.room_id), col(Membership.account_id)).where(
            col(Membership.room_id).in_(room_ids), col(Membership.role).in_(_STAFF)
        )
    ):
        staff[room_id].append(account_id)
    return staff


def nudge_staff(tx: Transaction, deps: Deps, *, room_id: int) -> list[int]:
    """Have the open moderation pages of a room's moderators load what waits anew, after the commit;
    the moderators' accounts. Those who are timed out have nothing to decide meanwhile."""
    staff = list(tx.scalars(_ACTING_STAFF_OF, {"room": room_id}))
    if staff:
        tx.after_commit(lambda: deps.bus.nudge_accounts(staff, "moderation"))
    return staff
