"""Timing people out, banning them, and lifting that. What a sanction forbids is decided where all
rights are: in `services.access`, at each request."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, SanctionRow
from chatrooms.domain.errors import AccountUnavailable, InvalidInput
from chatrooms.domain.events import Person
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_line
from chatrooms.services.access import RoomAccess, access_room
from chatrooms.services.admission import close_request
from chatrooms.services.bans import BAN, TIME_OUT, is_banned
from chatrooms.services.event_log import lock_room, take_seq
from chatrooms.services.members import end_membership
from chatrooms.services.moderation import sanction_outcomes
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.cases import nudge_staff
from chatrooms.services.moderation.sanctioning import (
    MAX_REASON_CHARS,
    STANDS,
    announce,
    check_outranked,
    end_sanction,
    find_standing,
    tell,
)
from chatrooms.services.people import person_of

MIN_TIME_OUT = timedelta(minutes=5)
MAX_TIME_OUT = timedelta(days=28)
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Sanction:
    """A sanction that stands."""

    id: int
    person: Person
    kind: str
    """`time_out` or `ban`."""
    until: datetime | None
    reason: str
    by: str
    """Name of who imposed it."""


def time_out(
    deps: Deps, *, actor_id: int, room_id: int, account_id: int, minutes: object, reason: str = ""
) -> int:
    """Let a member only read for five minutes to 28 days; the sanction's id, for `lift`. It takes
    the place of a time-out that stands. For moderators, of members whom they outrank.

    Raises: InvalidInput; NotAllowed; AccountUnavailable if the account is no member; as
        `access_room`.
    """
    why = check_line(reason, label="A reason", max_chars=MAX_REASON_CHARS)
    length = _check_length(minutes)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        lock_room(tx, room_id=room_id)
        if check_outranked(tx, access=access, account_id=account_id) is None:
            raise AccountUnavailable
        until = deps.clock() + length
        return _impose(
            tx, deps, access=access, account_id=account_id, kind=TIME_OUT, until=until, reason=why
        )


def _check_length(minutes: object) -> timedelta:
    if isinstance(minutes, int) and not isinstance(minutes, bool) and 0 < minutes < 10**6:
        length = timedelta(minutes=minutes)
        if MIN_TIME_OUT <= length <= MAX_TIME_OUT:
            return length
    raise InvalidInput("A time-out lasts five minutes to 28 days.")


def ban(deps: Deps, *, actor_id: int, room_id: int, account_id: int, reason: str = "") -> int:
    """End somebody's membership and keep them out until the ban is lifted, also from reading a
    public room; the sanction's id, for `lift`. For moderators, of whom they outrank.

    Their open screens of the room close. Raises: InvalidInput; NotAllowed; AccountUnavailable;
        LastOwner; as `access_room`.
    """
    why = check_line(reason, label="A reason", max_chars=MAX_REASON_CHARS)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        lock_room(tx, room_id=room_id)
        role = check_outranked(tx, access=access, account_id=account_id)
        if tx.execute(select(is_banned(room_id=room_id, account_id=account_id))).scalar_one():
            raise InvalidInput("They are banned already.")
        banned = _impose(
            tx, deps, access=access, account_id=account_id, kind=BAN, until=None, reason=why
        )
        close_request(tx, deps, room_id=room_id, account_id=account_id, is_accepted=False)
        if role is not None:
            seq = take_seq(tx, room_id=room_id)
            end_membership(tx, deps, room_id=room_id, account_id=account_id, seq=seq)
        tx.after_commit(lambda: deps.bus.access_changed(room_id=room_id, account_id=account_id))
        tx.after_commit(lambda: deps.bus.nudge_room(room_id, "requests"))
        return banned


def _impose(
    tx: Transaction,
    deps: Deps,
    *,
    access: RoomAccess,
    account_id: int,
    kind: str,
    until: datetime | None,
    reason: str,
) -> int:
    now = deps.clock()
    tx.execute(
        update(SanctionRow)
        .where(
            col(SanctionRow.room_id) == access.room_id,
            col(SanctionRow.account_id) == account_id,
            col(SanctionRow.lifted_at).is_(None),
        )
        .values(lifted_at=func.least(now, func.coalesce(col(SanctionRow.until), now)))
    )
    row = SanctionRow(
        room_id=access.room_id,
        account_id=account_id,
        kind=kind,
        until=until,
        reason=reason,
        by_id=access.actor.id,
        created_at=now,
    )
    tx.add(row)
    tx.flush()
    write_audit(
        tx,
        deps,
        room_id=access.room_id,
        action=kind,
        by_id=access.actor.id,
        account_id=account_id,
        reason=reason,
        detail={"sanction": row.id, "until": until.isoformat() if until else None},
    )
    sanction_outcomes.end_of_replaced(tx, deps, room_id=access.room_id, account_id=account_id)
    nudge_staff(tx, deps, room_id=access.room_id)
    minutes = round((until - now).total_seconds() / 60) if until else 0
    tell(tx, deps, row, what=kind, reason=reason, minutes=minutes, by_id=access.actor.id)
    announce(tx, deps, row)
    return row.id


def lift(deps: Deps, *, actor_id: int, room_id: int, sanction_id: int, reason: str = "") -> None:
    """End a sanction that stands; an appeal against it is granted by that. For moderators of the
    room, of whom they outrank.

    Raises: InvalidInput if it ended already or is another room's; NotAllowed; as `access_room`.
    """
    why = check_line(reason, label="A reason", max_chars=MAX_REASON_CHARS)
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        lock_room(tx, room_id=room_id)
        row = find_standing(tx, room_id=access.room_id, sanction_id=sanction_id)
        if row is None:
            raise InvalidInput("This has ended already.")
        check_outranked(tx, access=access, account_id=row.account_id)
        end_sanction(tx, deps, access=access, row=row, reason=why)


def list_sanctions(deps: Deps, *, actor_id: int, room_id: int, limit: int = 200) -> list[Sanction]:
    """The sanctions that stand in a room, newest first. For its moderators. Raises: as
    `access_room`."""
    by = select(col(Account.id), col(Account.name)).subquery()
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.MODERATE)
        rows = tx.execute(
            select(SanctionRow, Account, by.c.name)
            .join(Account, col(Account.id) == col(SanctionRow.account_id))
            .join(by, by.c.id == col(SanctionRow.by_id))
            .where(col(SanctionRow.room_id) == room_id, STANDS)
            .order_by(col(SanctionRow.id).desc())
            .limit(limit)
        ).all()
    return [
        Sanction(row.id, person_of(account), row.kind, row.until, row.reason, name)
        for row, account, name in rows
    ]


def end_overdue(deps: Deps) -> int:
    """Note the time-outs that are over, end the appeals against them, and have the screens of those
    people learn it; how many there were. They could write again from that moment on; safe to
    repeat, for the worker."""
    overdue = (
        select(col(SanctionRow.id))
        .where(col(SanctionRow.lifted_at).is_(None), col(SanctionRow.until) <= func.now())
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    with transaction(deps.sessions) as tx:
        ended = tx.execute(
            update(SanctionRow)
            .where(col(SanctionRow.id).in_(overdue))
            .values(lifted_at=col(SanctionRow.until))
            .returning(col(SanctionRow.room_id), col(SanctionRow.account_id))
        ).all()
        for room_id in {row.room_id for row in ended}:
            tx.after_commit(lambda room_id=room_id: deps.bus.nudge_room(room_id, "members"))
        if ended:
            accounts = sorted({row.account_id for row in ended})
            tx.after_commit(lambda: deps.bus.nudge_accounts(accounts, "rooms"))
    sanction_outcomes.end_of_expired(deps)
    return len(ended)
