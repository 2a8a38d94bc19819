"""Deciding the open case, or several that were picked, and taking it back."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import CaseDecided, CaseUnavailable, InvalidInput
from chatrooms.live.offload import off_loop
from chatrooms.services.bans import BAN, TIME_OUT
from chatrooms.services.moderation import deciding, sanction_answers, sanctions
from chatrooms.services.moderation.deciding import Action, Made
from chatrooms.services.moderation.sanction_answers import Answer
from chatrooms.state import caller, case, desk
from chatrooms.state.case import CaseState
from chatrooms.state.desk import DeskState

_ASK_FROM = 21
"""So many at once are decided only once their number was typed."""
_MAX_STEPS = 20
_DECISION = "decision"
_SANCTIONS = (TIME_OUT, BAN)
_LIFTED = {
    TIME_OUT: "Undone: they may write again.",
    BAN: "Undone: they may join again.",
}
_DONE = {"keep": "Kept", "remove": "Removed"}
_ANSWERS: dict[str, Answer] = {"lift": "lift", "uphold": "uphold"}
_ANSWERED = {
    ("lift", BAN): "Ban lifted",
    ("uphold", BAN): "Ban upheld",
    ("lift", TIME_OUT): "Time-out lifted",
    ("uphold", TIME_OUT): "Time-out upheld",
}


class DecisionState(rx.State):
    """What was decided last, as far as it can be undone, and the question before a lot is."""

    told: str = ""
    """What was done, in a sentence; empty for nothing to tell."""
    can_undo: bool = False
    asking: str = ""
    """What is to be done with the picked cases once their number was typed; empty for nothing."""
    asked_in: str = ""
    """Which visit to which page that is asked in."""
    ask_error: str = ""
    _made: list[tuple[str, list[tuple[int, int]]]] = []
    """What can be taken back, the last at the end: what it is, decisions or one sanction, and of
    each its room and its id."""

    @rx.event
    async def decide(self, form: dict[str, Any]):
        """Keep or remove the message of the case that the form was shown with, or answer its appeal
        against a sanction, and the next opens; or time out or ban its author, and it stays."""
        page = await self.get_state(DeskState)
        if caller.text(form, "action") in _SANCTIONS:
            await _sanction(self, form)
            return
        if caller.text(form, "action") in _ANSWERS:
            await _answer(self, form)
            await desk.refresh(page, is_own=True)
            return
        case_id = caller.number_in(form, "case_id")
        row = next((each for each in page.cases if each.id == case_id), None)
        action = _action(caller.text(form, "action"))
        try:
            made = await off_loop(
                deciding.decide,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                case_id=case_id,
                action=action,
                reason=caller.text(form, "reason"),
            )
        except CaseDecided as error:
            self.told, self.can_undo = str(error), False
        else:
            _note_decided(self, f"{_DONE[action]}: {row.text[:60] if row else 'a message'}", [made])
        await desk.refresh(page, is_own=True)

    @rx.event
    async def decide_picked(self, action: str, here: str):
        """Keep or remove everything that is picked; of many, ask first."""
        page = await self.get_state(DeskState)
        if len(page.picked) >= _ASK_FROM:
            self.asking, self.ask_error = _action(action), ""
            self.asked_in = caller.place(here)
        elif page.picked:
            await _decide_picked(self, page, _action(action))

    @rx.event
    async def confirm(self, form: dict[str, Any]):
        """Do what was asked about, if the number that was typed is that of the picked cases."""
        page = await self.get_state(DeskState)
        if caller.number_in(form, "count") != len(page.picked) or not self.asking:
            self.ask_error = f"Type {len(page.picked)} to go on."
            return
        action, self.asking = _action(self.asking), ""
        await _decide_picked(self, page, action)

    @rx.event
    def set_asking(self, is_open: bool):
        """Close the question."""
        if not is_open:
            self.asking = ""

    @rx.event
    async def undo(self):
        """Take back what was done last; again for what was before. What was decided opens again."""
        if not self._made:
            return
        page = await self.get_state(DeskState)
        *rest, (what, last) = self._made
        self._made, self.told, self.can_undo = rest, "", bool(rest)
        if what in _SANCTIONS:
            await _lift(self, what, *last[0])
            return
        undone = await off_loop(
            deciding.undo_all,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            made=[Made(*each) for each in last],
        )
        known = {row.id for row in page.cases}
        await desk.refresh(page, is_own=True)
        back = [row.id for row in page.cases if row.id not in known]
        if back:
            await desk.show(page, back[0])
        left = len(last) - undone
        some = f"Undone, but for {left} of which something else was decided since."
        self.told = some if left else "Undone."

    @rx.event
    async def dismiss(self):
        """Take the sentence off the page."""
        page = await self.get_state(DeskState)
        self.told = page.notice = ""


async def _sanction(state: DecisionState, form: dict[str, Any]) -> None:
    shown = await state.get_state(CaseState)
    is_ban, reason = caller.text(form, "action") == BAN, caller.text(form, "reason")
    if caller.number_in(form, "case_id") != shown.case.id:
        raise CaseUnavailable
    if is_ban and not reason.strip():
        raise InvalidInput("A ban needs a reason.")
    whom: dict[str, Any] = {
        "actor_id": await caller.actor_id(state),
        "room_id": shown._room_id,
        "account_id": shown.record.person.id,
        "reason": reason,
    }
    if is_ban:
        imposed = await off_loop(sanctions.ban, caller.deps(), **whom)
    else:
        minutes = caller.number_in(form, "minutes")
        imposed = await off_loop(sanctions.time_out, caller.deps(), **whom, minutes=minutes)
    did, what = ("Banned", BAN) if is_ban else ("Timed out", TIME_OUT)
    told = f"{did}: {shown.record.person.name}"
    _note(state, told, what, [(shown._room_id, imposed)])
    await case.show(state, shown.case.id)


async def _lift(state: DecisionState, what: str, room_id: int, sanction_id: int) -> None:
    try:
        await off_loop(
            sanctions.lift,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            room_id=room_id,
            sanction_id=sanction_id,
            reason="Undone",
        )
    except InvalidInput as error:
        state.told = str(error)
        return
    state.told = _LIFTED[what]
    shown = await state.get_state(CaseState)
    if shown.case.id:
        await case.show(state, shown.case.id)


async def _answer(state: DecisionState, form: dict[str, Any]) -> None:
    page = await state.get_state(DeskState)
    case_id = caller.number_in(form, "case_id")
    row = next((each for each in page.cases if each.id == case_id), None)
    action = _ANSWERS[caller.text(form, "action")]
    try:
        await off_loop(
            sanction_answers.answer,
            caller.deps(),
            actor_id=await caller.actor_id(state),
            case_id=case_id,
            action=action,
            reason=caller.text(form, "reason"),
        )
    except CaseDecided as error:
        state.told, state.can_undo = str(error), False
        return
    did = _ANSWERED.get((action, row.sanction), "Answered") if row else "Answered"
    state.told, state.can_undo = f"{did}: {row.author}" if row else f"{did}.", False


async def _decide_picked(state: DecisionState, page: DeskState, action: Action) -> None:
    picked = list(page.picked)
    made = await off_loop(
        deciding.decide_all,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        case_ids=picked,
        action=action,
    )
    left = len(picked) - len(made)
    rest = f" {left} could not be." if left else ""
    _note_decided(state, f"{_DONE[action]} {len(made)} messages.{rest}", made)
    await desk.refresh(page, is_own=True)


def _note_decided(state: DecisionState, told: str, made: list[Made]) -> None:
    _note(state, told, _DECISION, [(each.room_id, each.decision_id) for each in made])


def _note(state: DecisionState, told: str, what: str, made: list[tuple[int, int]]) -> None:
    state.told, state.can_undo = told, bool(made)
    if made:
        state._made = [*state._made, (what, made)][-_MAX_STEPS:]


def _action(word: object) -> Action:
    if word == "keep":
        return "keep"
    if word == "remove":
        return "remove"
    raise InvalidInput
