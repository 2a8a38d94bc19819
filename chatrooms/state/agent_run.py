"""One run of a room's agent, opened to its steps."""

import reflex as rx

from chatrooms.domain.errors import ChatError, NotSignedIn
from chatrooms.live.offload import off_loop
from chatrooms.services.agent import record
from chatrooms.state import caller
from chatrooms.state.agent_record_rows import recorded_run_row
from chatrooms.state.rows import RecordedRunRow

PLACES = ("proposal", "run")
"""Where a run can be opened: under what it proposes, and in the list of runs."""


class AgentRunState(rx.State):
    """The run that is open in this tab, for moderators of its room."""

    opened: str = ""
    """Place and id of the run, such as `run:12`; empty while none is open."""
    run: RecordedRunRow = RecordedRunRow()
    error: str = ""

    @rx.event
    async def toggle(self, place: str, run_id: int):
        """Open a run at a place, or close it if it is open there."""
        name = f"{place}:{caller.number(run_id)}"
        if place not in PLACES or name == self.opened:
            _close(self)
            return
        self.opened, self.run, self.error = name, RecordedRunRow(), ""
        await _read(self)

    @rx.event
    async def load(self):
        """Read the open run anew; asked for again whenever one changes."""
        if self.opened:
            await _read(self)


def _close(state: AgentRunState) -> None:
    caller.put(state, opened="", run=RecordedRunRow(), error="")


async def _read(state: AgentRunState) -> None:
    run_id = caller.number(state.opened.partition(":")[2])
    try:
        found = await off_loop(
            record.get_run,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            run_id=run_id,
        )
    except NotSignedIn:
        _close(state)
        raise
    except ChatError as error:
        caller.put(state, run=RecordedRunRow(), error=str(error))
        return
    caller.put(state, run=recorded_run_row(found), error="")
