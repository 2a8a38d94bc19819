"""The messages of a room that people voted up most."""

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.services.statistics.span import access_statistics, make_span
from chatrooms.services.votes import TopMessage, find_top


def list_best(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    days: int = 30,
    zone: str = "UTC",
    limit: int = 10,
) -> list[TopMessage]:
    """The room's messages of the last 30 or 90 days that have a score above zero, best first; never
    one that was deleted or removed, or is held. For members of the room.

    Raises: InvalidInput; as `access_statistics`.
    """
    with transaction(deps.sessions) as tx:
        access = access_statistics(tx, actor_id=actor_id, room_id=room_id)
        since = make_span(deps.clock(), days=days, zone=zone).since
        return find_top(tx, room_id=access.room_id, since=since, limit=limit)
