"""Stopping every agent of the installation, for administrators."""

import reflex as rx

from chatrooms.domain.errors import NotAllowed
from chatrooms.live.offload import off_loop
from chatrooms.services.agent import switch
from chatrooms.state import caller


class AgentsSwitchState(rx.State):
    """Whether agents may act at all."""

    are_stopped: bool = False

    @rx.event
    async def load(self):
        """Read how the switch stands."""
        try:
            found = await off_loop(
                switch.get_stopped, caller.deps(), actor_id=await caller.actor_id(self)
            )
        except NotAllowed:
            # The page says that it is for administrators.
            return
        self.are_stopped = found

    @rx.event
    async def turn(self, is_stopped: bool):
        """Stop all agents, or let them go on."""
        await off_loop(
            switch.set_stopped,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            is_stopped=bool(is_stopped),
        )
        self.are_stopped = bool(is_stopped)
