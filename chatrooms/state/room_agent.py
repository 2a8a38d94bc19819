"""The pane "Room agent": having it run, how it behaves, and what it did."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotSignedIn, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services.agent import record, scheduling, settings
from chatrooms.state import caller, on_screen, pane
from chatrooms.state.agent_effect import AgentEffectState
from chatrooms.state.agent_rows import SETTINGS, run_row, settings_row
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.rows import AgentSettingsRow, RunRow


class RoomAgentState(rx.State):
    """The open room's agent, for its moderators."""

    room_id: int = 0
    settings: AgentSettingsRow = AgentSettingsRow()
    can_change: bool = False
    is_stopped: bool = False
    model: str = ""
    runs: list[RunRow] = []
    error: str = ""
    message: str = ""
    saves: int = 0
    """Tells the form's inputs that they show saved values again."""

    @rx.event
    async def show(self):
        """Open the pane."""
        await pane.switch(self, "agent")
        self.error = self.message = ""
        return [RoomAgentState.load, ProposalsState.load, AgentEffectState.load]

    @rx.event
    async def load(self):
        """Read settings and runs if the pane is open; asked for again whenever they change."""
        if await pane.shown(self) != "agent":
            return
        try:
            _, room = on_screen.screen(self)
            await _read(self, room.room_id)
        except NotSignedIn:
            raise
        except ChatError:
            # Whoever moderates the room no more has nothing to see here.
            caller.put(self, room_id=0, runs=[])
            await pane.switch(self, "")

    @rx.event
    async def boost(self):
        """Have the agent look at the room now."""
        self.error = self.message = ""
        try:
            _, room = on_screen.screen(self)
            await off_loop(
                scheduling.boost,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
            )
        except (NotSignedIn, RoomUnavailable):
            raise
        except ChatError as error:
            self.error = str(error)
            return
        await _read(self, room.room_id)

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Have the agent behave as the form says."""
        self.error = self.message = ""
        chosen = {stored: caller.text(form, name).strip() for name, stored in SETTINGS.items()}
        try:
            _, room = on_screen.screen(self)
            await off_loop(
                settings.change_settings,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
                chosen=chosen,
            )
        except (NotSignedIn, RoomUnavailable):
            raise
        except ChatError as error:
            self.error = str(error)
            return
        self.message = "Saved."
        self.saves += 1
        await _read(self, room.room_id)


async def _read(state: RoomAgentState, room_id: int) -> None:
    deps, actor_id = caller.deps(), await caller.actor_id(state)
    found = await off_loop(settings.get_settings, deps, actor_id=actor_id, room_id=room_id)
    runs = await off_loop(record.list_runs, deps, actor_id=actor_id, room_id=room_id)
    caller.put(
        state,
        room_id=room_id,
        settings=settings_row(found.settings),
        can_change=found.can_change,
        is_stopped=found.is_stopped,
        model=found.model,
        runs=[run_row(each) for each in runs],
    )
