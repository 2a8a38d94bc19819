"""What the outputs of the open room's agent led to."""

import reflex as rx

from chatrooms.domain.errors import ChatError, NotSignedIn
from chatrooms.live.offload import off_loop
from chatrooms.services.agent import effect
from chatrooms.state import caller, on_screen, pane
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
            found = await off_loop(
                effect.get_effect,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
            )
        except NotSignedIn:
            raise
        except ChatError:
            # The pane closes by itself.
            caller.put(self, rows=[])
            return
        caller.put(self, rows=[effect_row(each) for each in found])
