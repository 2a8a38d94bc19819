"""The case that a moderator looks at, and the person who wrote it."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import AccountUnavailable, InvalidInput
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import claims, record, sanction_review
from chatrooms.services.moderation.sanction_review import SanctionCase
from chatrooms.state import caller
from chatrooms.state.case_rows import appeal_row, full_row, record_row, sanction_row
from chatrooms.state.rows import CaseInFullRow, RecordRow, SanctionCaseRow


class CaseState(rx.State):
    """One case in full. Which one it is, `DeskState` decides."""

    case: CaseInFullRow = CaseInFullRow()
    sanction: SanctionCaseRow = SanctionCaseRow()
    """What the case is about where that is an appeal against a sanction."""
    record: RecordRow = RecordRow()
    note_error: str = ""
    _room_id: int = 0

    @rx.event
    async def renew(self):
        """Go on looking at the case: without this others may take it after two minutes."""
        if self.case.id:
            await off_loop(
                claims.claim,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                case_id=self.case.id,
            )

    @rx.event
    async def add_note(self, form: dict[str, Any]):
        """Write a note about the person, for the room's moderators."""
        self.note_error = ""
        try:
            await off_loop(
                record.add_note,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=self._room_id,
                account_id=self.record.person.id,
                text=caller.text(form, "note"),
            )
        except InvalidInput as error:
            self.note_error = str(error)
            return
        await _read_record(self)


async def show(state: rx.State, case_id: int) -> None:
    """Have the caller's tab show this case, and others see that the caller looks at it; 0 for none.
    Raises: CaseUnavailable."""
    shown = await state.get_state(CaseState)
    if not case_id:
        shown.case, shown.sanction = CaseInFullRow(), SanctionCaseRow()
        shown.record, shown._room_id = RecordRow(), 0
        return
    asked: dict[str, int] = {"actor_id": await caller.actor_id(state), "case_id": case_id}
    await off_loop(claims.claim, caller.deps(), **asked, leaving=shown.case.id)
    case = await off_loop(sanction_review.get_any_case, caller.deps(), **asked)
    if isinstance(case, SanctionCase):
        shown.case, shown.sanction = appeal_row(case), sanction_row(case)
    else:
        shown.case, shown.sanction = full_row(case), SanctionCaseRow()
    shown._room_id = case.room_id
    if shown.record.person.id != shown.case.author.id:
        shown.record = RecordRow(person=shown.case.author)
    await _read_record(shown)


async def _read_record(state: CaseState) -> None:
    try:
        found = await off_loop(
            record.get_record,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            room_id=state._room_id,
            account_id=state.record.person.id,
        )
    except AccountUnavailable:
        return
    state.record = record_row(found)
