"""What the panes "Room assistant" and "Catch-up" have in common: each shows what one person had the
assistant write in the open room."""

from typing import Any

from chatrooms.domain.assistant import Kind, Outcome
from chatrooms.domain.errors import RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.room import LiveRoom
from chatrooms.services.ai import turns
from chatrooms.services.ai.conversation import Turn
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.assistant_rows import turn_row
from chatrooms.state.rows import TurnRow


async def is_shown(state: Any, name: str) -> bool:
    """Whether the caller's tab shows the pane of that name, and in it the room that it shows."""
    room_id, _ = on_screen.message_ids(state)
    return room_id == state.room_id != 0 and await pane.shown(state) == name


def find_room(state: Any) -> LiveRoom | None:
    """The room that the caller's tab shows; None if it shows none, which the room's own page
    says."""
    try:
        return on_screen.screen(state)[1]
    except RoomUnavailable:
        return None


async def act(state: Any, service: Any, **arguments: Any) -> Any:
    """Have a service do something for the caller in the room that the tab shows.

    Raises: SocketGone, RoomUnavailable; as the service.
    """
    return await off_loop(
        service,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=on_screen.screen(state)[1].room_id,
        **arguments,
    )


def watch(state: Any, kind: Kind) -> None:
    """Have the tab show what is written of that kind from now on. Before turns are read: what ends
    in between is heard of."""
    tab, _ = on_screen.screen(state)
    caller.hub().answers.show(tab, kind)


async def read(state: Any, kind: Kind, *, limit: int, up_to: int = 0) -> list[Turn]:
    """The caller's newest turns of that kind, or the newest up to one of them, the oldest first.
    Of one that is being written the tab is shown what is there."""
    tab, _ = on_screen.screen(state)
    found = await act(state, turns.list_turns, limit=limit, kind=kind, up_to=up_to)
    for turn in found:
        if turn.outcome is Outcome.RUNNING:
            await caller.hub().answers.catch_up(tab, turn)
        else:
            caller.hub().answers.note_ended(turn.id)
    return found


def row_of(state: Any, turn: Turn) -> TurnRow:
    """A turn in the caller's room, for the browser."""
    return turn_row(turn, slug=on_screen.screen(state)[1].view.facts.slug)
