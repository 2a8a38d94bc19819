"""What the outputs of the open room's agent led to."""

import reflex as rx

from chatrooms.domain.errors import ChatError, NotSignedIn
from chatrooms.live.offload import off_loop
from chatrooms.services.agent import effect
from chatrooms.state import caller, on_screen, pane, screens
from chatrooms.state.agent_record_rows import effect_row
from chatrooms.state.rows import EffectRow


class AgentEffectState(rx.State):
    """The effect of the open room's agent, for its moderators."""

    rows: list[EffectRow] = []

    @rx.event
    async def load(self):
        """Read it if the pane is open; asked for again whenever the agent did something."""
        if await pane.shown(self) != "agent":
            return
        try:
            _, room = on_screen.screen(self)
            await _read(self, room.room_id)
        except NotSignedIn:
            raise
        except ChatError:
            # The pane closes by itself.
            caller.put(self, rows=[])

    @rx.event
    async def load_here(self):
        """Read it for the room of this address, where the page shows its statistics."""
        try:
            await _read(self, (await screens.look_up(self, screens.slug_of(self))).room_id)
        except NotSignedIn:
            raise
        except ChatError:
            # The page shows nothing of it to others than moderators.
            caller.put(self, rows=[])


async def _read(state: AgentEffectState, room_id: int) -> None:
    found = await off_loop(
        effect.get_effect,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
    )
    caller.put(state, rows=[effect_row(each) for each in found])
