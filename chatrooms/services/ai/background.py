"""What the assistant is told beside the messages that it finds: what the room is about, what the
person asked before, and where else it may look."""

from dataclasses import dataclass

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.domain.assistant import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_room
from chatrooms.services.ai.conversation import Turn, list_newest
from chatrooms.services.ai.other_rooms import OtherRoom, list_others
from chatrooms.services.ai.summaries import NO_SUMMARY, RoomSummary, read_room_summary

REMEMBERED = 4
"""How many turns of a conversation are shown to the model with the next question."""


@dataclass(frozen=True, slots=True)
class Background:
    """What stands around a question."""

    summary: RoomSummary
    others: tuple[OtherRoom, ...] = ()
    earlier: tuple[Turn, ...] = ()
    """What the person asked before and may see answered, the oldest first."""


def read_background(
    deps: Deps, *, actor_id: int, room_id: int, max_others: int, before: int = 0
) -> Background:
    """The summary of a room that the actor may read, as many other rooms of the actor's, and what
    the actor asked in the room before the turn with this id, if one is given.

    Raises: RoomUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        has_assistant = access.facts.has_assistant
        return Background(
            read_room_summary(tx, room_id=room_id) if has_assistant else NO_SUMMARY,
            list_others(tx, account_id=actor_id, room_id=room_id, limit=max_others),
            _earlier(tx, account_id=actor_id, room_id=room_id, before=before) if before else (),
        )


def _earlier(tx: Transaction, *, account_id: int, room_id: int, before: int) -> tuple[Turn, ...]:
    turns = list_newest(
        tx,
        account_id=account_id,
        room_id=room_id,
        kind=Kind.QUESTION,
        limit=REMEMBERED,
        up_to=before - 1,
        are_answered=True,
    )
    return tuple(turn for turn in turns if not turn.is_withdrawn)
