"""What the assistant is told beside the messages that it finds: what the room is about, and where
else it may look."""

from dataclasses import dataclass

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.ai.other_rooms import OtherRoom, list_others
from chatrooms.services.ai.summaries import NO_SUMMARY, RoomSummary, read_room_summary


@dataclass(frozen=True, slots=True)
class Background:
    """What stands around a question."""

    summary: RoomSummary
    others: tuple[OtherRoom, ...] = ()


def read_background(deps: Deps, *, actor_id: int, room_id: int, max_others: int) -> Background:
    """The summary of a room that the actor may read, and as many other rooms of the actor's.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        has_assistant = access.facts.has_assistant
        return Background(
            read_room_summary(tx, room_id=room_id) if has_assistant else NO_SUMMARY,
            list_others(tx, account_id=actor_id, room_id=room_id, limit=max_others),
        )
