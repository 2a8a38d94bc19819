"""Looking at an automatic removal where the log shows it: taking it up, deciding, undoing."""

from typing import Any, get_args

import reflex as rx

from chatrooms.domain.errors import CaseDecided, InvalidInput
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import claims, deciding, reviewing
from chatrooms.services.moderation.deciding import Action, Made
from chatrooms.state import audit, caller, screens
from chatrooms.state.audit import AuditState
from chatrooms.state.audit_address import PATH

_DONE = {"keep": "Kept: it is shown again.", "remove": "Removal confirmed."}
_TAKEN = "Another moderator decided about it."
_MAX_STEPS = 20


class AuditReviewState(rx.State):
    """The removal that is being looked at, and what was decided last."""

    entry_id: int = 0
    case_id: int = 0
    told: str = ""
    """What was done, in a sentence; empty for nothing to tell."""
    can_undo: bool = False
    error: str = ""
    _made: list[tuple[int, int]] = []

    @rx.event
    async def review(self, entry_id: int):
        """Have a removal of the log wait for a moderator, and look at it here."""
        self.told = self.error = ""
        actor_id = await caller.actor_id(self)
        entry_id = caller.number(entry_id)
        try:
            found = await off_loop(
                reviewing.review, caller.deps(), actor_id=actor_id, entry_id=entry_id
            )
        except CaseDecided as error:
            self.told, self.can_undo = str(error), False
        else:
            is_mine = await off_loop(
                claims.claim, caller.deps(), actor_id=actor_id, case_id=found.case_id
            )
            self.entry_id, self.case_id = entry_id, found.case_id
            self.error = "" if is_mine else "Another moderator looks at this."
        await audit.refresh(await self.get_state(AuditState))

    @rx.event
    async def decide(self, form: dict[str, Any]):
        """Keep the message, so that it is shown again, or confirm that it is removed."""
        action = caller.text(form, "action")
        if action not in get_args(Action):
            raise InvalidInput
        try:
            made = await off_loop(
                deciding.decide,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                case_id=caller.number_in(form, "case_id"),
                action=_action(action),
                reason=caller.text(form, "reason"),
            )
        except CaseDecided as error:
            self.told, self.can_undo = str(error), False
        except InvalidInput as error:
            self.error = str(error)
            return
        else:
            self.told, self.can_undo = _DONE[action], True
            self._made = [*self._made, (made.room_id, made.decision_id)][-_MAX_STEPS:]
        self.entry_id, self.case_id, self.error = 0, 0, ""
        await audit.refresh(await self.get_state(AuditState))

    @rx.event
    async def undo(self):
        """Take back what was decided last here; again for what was before."""
        if not self._made:
            return
        *rest, last = self._made
        self._made, self.told, self.can_undo = rest, "", bool(rest)
        await off_loop(
            deciding.undo_all,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            made=[Made(*last)],
        )
        self.told = "Undone. It waits for a moderator."
        await audit.refresh(await self.get_state(AuditState))

    @rx.event
    async def follow(self):
        """Follow what was decided somewhere while the log is on the screen."""
        if not screens.is_at(self, PATH):
            return
        shown = await self.get_state(AuditState)
        await audit.follow(shown)
        if self.entry_id and self.entry_id not in [row.id for row in shown.entries]:
            self.entry_id, self.case_id, self.error = 0, 0, ""
            self.told, self.can_undo = _TAKEN, False

    @rx.event
    def leave(self):
        """Look at it no more. It goes on waiting."""
        self.entry_id, self.case_id, self.error = 0, 0, ""

    @rx.event
    def dismiss(self):
        """Take the sentence off the page."""
        self.told = ""


def _action(word: str) -> Action:
    return "keep" if word == "keep" else "remove"
