"""Typing notices: seen by whoever looks at the room, stored nowhere."""

from datetime import timedelta

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.permissions import Permission
from chatrooms.services import limits
from chatrooms.services.access import access_room, access_thread

_NOTICES_PER_MINUTE = 60


def announce_typing(
    deps: Deps, *, actor_id: int, room_id: int, thread_id: int | None = None
) -> None:
    """Tell the room's screens that the actor types, or those that have a thread of it open.
    Whoever may post may do this.

    Raises: RoomUnavailable, NotAllowed, RoomArchived, RateLimited; MessageUnavailable if
        `thread_id` is no message of the room's timeline.
    """
    limits.count(
        deps,
        what="typing",
        whose=str(actor_id),
        limit=_NOTICES_PER_MINUTE,
        per=timedelta(minutes=1),
        fail_open=True,
    )
    with transaction(deps.sessions) as tx:
        if thread_id is None:
            access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
        else:
            access, _ = access_thread(
                tx, actor_id=actor_id, room_id=room_id, thread_id=thread_id, to=Permission.POST
            )
    person = access.actor.model_dump(mode="json")
    deps.bus.here(room_id, {"kind": "typing", "person": person, "thread_id": thread_id})
