"""How much somebody wants to hear: of one room, and at which hours."""

import zoneinfo

from sqlalchemy import update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Membership
from chatrooms.domain.errors import InvalidInput, NotAllowed
from chatrooms.domain.notifications import Notify
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_account, access_room

_MINUTES_OF_DAY = 24 * 60


def set_notify(deps: Deps, *, actor_id: int, room_id: int, notify: str) -> None:
    """Set how much of a room the actor wants to hear, for all of the actor's tabs.

    Raises: InvalidInput for anything but all, mentions or nothing; NotAllowed for those who are no
        members; RoomUnavailable.
    """
    if notify not in set(Notify):
        raise InvalidInput("Choose all, mentions or nothing.")
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        if access.role is None:
            raise NotAllowed("Only members choose what they hear of a room.")
        tx.execute(
            update(Membership)
            .where(col(Membership.room_id) == room_id, col(Membership.account_id) == actor_id)
            .values(notify=notify)
        )
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "unread"))


def set_quiet_hours(
    deps: Deps, *, actor_id: int, begin: int | None, end: int | None, timezone: str
) -> None:
    """Set when the actor does not want to be disturbed, in minutes after midnight there; none for
    never. Notifications are stored all the same.

    Raises: InvalidInput for an unknown time zone, or times that are none or alike.
    """
    if begin is None or end is None:
        begin = end = None
    elif not (0 <= begin < _MINUTES_OF_DAY and 0 <= end < _MINUTES_OF_DAY) or begin == end:
        raise InvalidInput("Choose two different times of the day.")
    if timezone not in zoneinfo.available_timezones():
        raise InvalidInput("That is no time zone, such as Europe/Berlin.")
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        tx.execute(
            update(Account)
            .where(col(Account.id) == actor_id)
            .values(quiet_from=begin, quiet_until=end, timezone=timezone)
        )
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "notifications"))
