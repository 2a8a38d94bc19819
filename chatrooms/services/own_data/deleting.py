"""What a worker does of the deletion of an account, a little at a time: it can be broken off
anywhere and goes on from there."""

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, exclusively, transaction
from chatrooms.db.tables import (
    AppealRow,
    AttachmentRow,
    Deletion,
    Invitation,
    Message,
    ReportRow,
    SanctionAppealRow,
    table_of,
)
from chatrooms.services.ai.following import withdraw_sentences
from chatrooms.services.event_log import lock_room
from chatrooms.services.files import store_of
from chatrooms.services.own_data import deletion
from chatrooms.services.own_data.holdings import deleted_tables
from chatrooms.services.own_data.unnaming import unname_events
from chatrooms.services.taking_back import take_back

_TURN_S = 30.0
"""How long a worker goes on before others' tasks have their turn."""
_AT_ONCE = 20
"""How many messages are deleted under the room's lock: whoever writes there waits for it."""
_LOST_AFTER = timedelta(minutes=5)
_LOCK = 0x6465_0000_0000_0000


def carry_out(deps: Deps, *, account_id: int, turn_s: float = _TURN_S) -> bool:
    """Go on with the deletion of an account; whether it is over. If not, another job was sent.

    Safe to repeat, and at once by several workers: all but one of them do nothing.
    """
    with exclusively(deps.sessions, lock=_LOCK + account_id) as is_alone:
        if not is_alone:
            return False
        with transaction(deps.sessions) as tx:
            found = tx.get(Deletion, account_id)
        if found is None or found.finished_at is not None:
            return True
        ends = time.monotonic() + turn_s
        for step in _steps(deps, found):
            while step():
                if time.monotonic() > ends:
                    _go_on_later(deps, account_id)
                    return False
        _finish(deps, account_id)
        return True


def _steps(deps: Deps, found: Deletion) -> list[Callable[[], bool]]:
    """What is to be done, in order; each tells whether there may be more of it."""
    account_id = found.account_id
    messages = _unrest if found.keeps_messages else _delete_messages
    return [
        lambda: _delete_own(deps, account_id),
        lambda: _delete_files(deps, account_id),
        lambda: messages(deps, account_id),
        lambda: _unmention(deps, found.username),
        lambda: unname_events(deps, account_id=account_id),
    ]


def _delete_own(deps: Deps, account_id: int) -> bool:
    """Everything that is the person's alone."""
    for table in deleted_tables():
        with transaction(deps.sessions) as tx:
            tx.execute(delete(table).where(table.c.account_id == account_id))
    with transaction(deps.sessions) as tx:
        tx.execute(delete(Invitation).where(col(Invitation.created_by) == account_id))
        for table, whose in (
            (table_of(AppealRow), "author_id"),
            (table_of(SanctionAppealRow), "account_id"),
        ):
            tx.execute(update(table).where(table.c[whose] == account_id).values(text=""))
        reports = table_of(ReportRow)
        # A report that waits is still to be understood by who decides it.
        answered = (reports.c.reporter_id == account_id) & reports.c.decided_at.is_not(None)
        tx.execute(update(reports).where(answered).values(reason=""))
    return False


def _delete_files(deps: Deps, account_id: int) -> bool:
    """Avatars, and what was uploaded and never sent."""
    with transaction(deps.sessions) as tx:
        tokens = tx.scalars(
            delete(AttachmentRow)
            .where(col(AttachmentRow.account_id) == account_id)
            .where(col(AttachmentRow.message_id).is_(None))
            .returning(col(AttachmentRow.token))
        ).all()
        tx.after_commit(lambda: store_of(deps).remove(tokens))
    return False


def _delete_messages(deps: Deps, account_id: int) -> bool:
    """Some of the messages, all of one room."""
    mine = (col(Message.author_id) == account_id, col(Message.deleted_at).is_(None))
    with transaction(deps.sessions) as tx:
        room_id = tx.scalars(select(col(Message.room_id)).where(*mine).limit(1)).first()
        if room_id is None:
            return False
        lock_room(tx, room_id=room_id)
        some = select(Message).where(*mine, col(Message.room_id) == room_id)
        for message in tx.scalars(some.order_by(col(Message.id)).limit(_AT_ONCE)).all():
            take_back(tx, deps, message=message, why="account_deleted")
    return True


def _unrest(deps: Deps, account_id: int) -> bool:
    """Summaries name who said what: those of what the person said are made anew."""
    with transaction(deps.sessions) as tx:
        mine = col(Message.author_id) == account_id
        room_ids = tx.scalars(select(col(Message.room_id)).where(mine).distinct()).all()
    for room_id in sorted(room_ids):
        with transaction(deps.sessions) as tx:
            lock_room(tx, room_id=room_id)
            withdraw_sentences(tx, deps, room_id=room_id, author_id=account_id)
    return False


def _unmention(deps: Deps, username: str) -> bool:
    """Nobody is meant by the name any more: somebody else may take it."""
    means = col(Message.mentions).contains([username])
    with transaction(deps.sessions) as tx:
        room_ids = tx.scalars(select(col(Message.room_id)).where(means).distinct()).all()
    for room_id in sorted(room_ids):
        with transaction(deps.sessions) as tx:
            lock_room(tx, room_id=room_id)
            _take_out(tx, room_id=room_id, username=username)
    return False


def _take_out(tx: Transaction, *, room_id: int, username: str) -> None:
    mentions = col(Message.mentions)
    tx.execute(
        update(Message)
        .where(col(Message.room_id) == room_id, mentions.contains([username]))
        .values(mentions=func.array_remove(mentions, username))
        .execution_options(synchronize_session=False)
    )


def _go_on_later(deps: Deps, account_id: int) -> None:
    with transaction(deps.sessions) as tx:
        tx.execute(
            update(Deletion)
            .where(col(Deletion.account_id) == account_id)
            .values(sent_at=deps.clock())
        )
        tx.after_commit(lambda: deletion.send(deps, account_id))


def _finish(deps: Deps, account_id: int) -> None:
    with transaction(deps.sessions) as tx:
        tx.execute(
            update(Deletion)
            .where(col(Deletion.account_id) == account_id)
            .values(finished_at=deps.clock(), username="")
        )


def resume_lost(deps: Deps) -> int:
    """Have workers go on with deletions whose worker was lost, and return how many. For beat."""
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        lost = tx.scalars(
            update(Deletion)
            .where(col(Deletion.finished_at).is_(None), col(Deletion.sent_at) < now - _LOST_AFTER)
            .values(sent_at=now)
            .returning(col(Deletion.account_id))
        ).all()
    for account_id in lost:
        deletion.send(deps, account_id)
    return len(lost)
