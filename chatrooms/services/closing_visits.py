"""The rest of a visit, as a page that is being closed tells of it."""

from datetime import timedelta

from sqlalchemy import select

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Visit, table_of
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits, visits
from chatrooms.services.access import access_room
from chatrooms.services.visits import BREAK, MAX_SPAN, Span

PER_MINUTE = 30
"""How many pages somebody closes at most."""
BEFORE_FIRST = timedelta(seconds=15)
"""How long a page may be open before it first tells of it."""
_VISITS = table_of(Visit)


def end_visit(deps: Deps, *, actor_id: int, room_id: int, seconds: int) -> None:
    """Store the last seconds that the actor spent in the room, up to now, as an end of the time
    spent there.

    Of a visit that goes on they count as far as they passed since it was told of last; of one that
    nothing was told of yet as long as a page may be open before it first tells. No moment counts
    twice: whoever makes up such an end gains no more than by staying.

    Raises: RoomUnavailable, RateLimited.
    """
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        limits.count(
            deps,
            what="visit-ends",
            whose=str(actor_id),
            limit=PER_MINUTE,
            per=timedelta(minutes=1),
            fail_open=True,
        )
        goes_on = select(_VISITS.c.id).where(
            _VISITS.c.account_id == actor_id,
            _VISITS.c.room_id == room_id,
            _VISITS.c.last_at > now - BREAK,
        )
        is_going_on = tx.execute(goes_on.limit(1)).first() is not None
    most = MAX_SPAN if is_going_on else BEFORE_FIRST
    spent = timedelta(seconds=min(max(seconds, 0), most.total_seconds()))
    visits.record(deps, spans=[Span(actor_id, room_id, now - spent, now)], ended=[actor_id])
