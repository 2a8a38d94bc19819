"""What agents propose: of the open room beside it, of all rooms that the person moderates on the
moderation page."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotSignedIn, ProposalDecided, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.services.agent import deciding, proposals
from chatrooms.state import caller, desk, on_screen, screens
from chatrooms.state.agent_rows import proposal_row
from chatrooms.state.rows import ProposalRow

_WORDS = ("question", "title", "body")


class ProposalsState(rx.State):
    """The proposals that wait where the person is, and the one that is being changed."""

    rows: list[ProposalRow] = []
    editing: int = 0
    rejecting: int = 0
    error: str = ""
    error_of: int = 0
    """The proposal that `error` is about."""

    @rx.event
    async def load(self):
        """Read what waits; asked for again whenever that changes."""
        is_desk = screens.is_at(self, desk.PATH)
        room_id = (await self.get_state(desk.DeskState)).room_id if is_desk else _room_id(self)
        if not room_id and not is_desk:
            caller.put(self, rows=[])
            return
        found = await off_loop(
            proposals.list_proposals,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id or None,
        )
        caller.put(self, rows=[proposal_row(each) for each in found])
        known = [row.id for row in self.rows]
        # What somebody else decided meanwhile is neither changed nor complained about any more.
        for name in ("editing", "rejecting", "error_of"):
            if getattr(self, name) not in known:
                caller.put(self, **{name: 0})

    @rx.event
    def edit(self, proposal_id: int):
        """Change a proposal's words before it is posted; 0 to leave them."""
        self.editing, self.rejecting, self.error = caller.number(proposal_id), 0, ""

    @rx.event
    def ask_why(self, proposal_id: int):
        """Ask for the reason of a rejection; 0 for none."""
        self.rejecting, self.editing, self.error = caller.number(proposal_id), 0, ""

    @rx.event
    async def approve(self, proposal_id: int):
        """Have a proposal be posted as it is."""
        await _decide(self, deciding.approve, caller.number(proposal_id))

    @rx.event
    async def approve_changed(self, form: dict[str, Any]):
        """Have a proposal be posted in the words of the form."""
        changes: dict[str, Any] = {name: caller.text(form, name) for name in _WORDS if name in form}
        if "choices" in form:
            lines = caller.text(form, "choices").splitlines()
            changes["choices"] = [line for line in lines if line.strip()]
        if "closes_in_hours" in form:
            changes["closes_in_hours"] = caller.number_in(form, "closes_in_hours")
        await _decide(self, deciding.approve, caller.number_in(form, "proposal"), changes=changes)

    @rx.event
    async def reject(self, form: dict[str, Any]):
        """Have a proposal not be posted, and tell the agent why."""
        reason = caller.text(form, "reason")
        await _decide(self, deciding.reject, caller.number_in(form, "proposal"), reason=reason)


def _room_id(state: rx.State) -> int:
    try:
        return on_screen.screen(state)[1].room_id
    except RoomUnavailable:
        # The room's own page says so.
        return 0


async def _decide(state: ProposalsState, decide: Any, proposal_id: int, **said: Any) -> None:
    state.error, state.error_of = "", proposal_id
    try:
        await off_loop(
            decide,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            proposal_id=proposal_id,
            **said,
        )
    except NotSignedIn:
        raise
    except ProposalDecided:
        # Somebody else was first: the list says so by itself.
        pass
    except ChatError as error:
        state.error = str(error)
        return
    state.editing = state.rejecting = 0
    state.rows = [row for row in state.rows if row.id != proposal_id]
