"""What another policy or rule would have done to the last days."""

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import Decision
from chatrooms.domain.rules import RuleDraft
from chatrooms.domain.text import excerpt
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services.moderation import simulating
from chatrooms.services.moderation.policies import PolicyDraft
from chatrooms.services.moderation.simulated import Changed, Simulation
from chatrooms.state import caller, screens
from chatrooms.state.rows import ChangedRow, OutcomeRow

_PAGE = 10
WORDS = {
    Decision.APPROVE: "Approved",
    Decision.REVIEW: "Waits in the queue",
    Decision.FLAG: "Flagged",
    Decision.HIDE: "Hidden for review",
    Decision.REMOVE: "Removed",
}


class SimulationState(rx.State):
    """Outcomes before and after, and the messages whose outcome differs."""

    days: int = 7
    is_of_rule: bool = False
    outcomes: list[OutcomeRow] = []
    messages: list[ChangedRow] = []
    has_more: bool = False
    looked_at: int = 0
    is_all: bool = True
    changed: int = 0
    people: int = 0
    hidden: int = 0
    """Messages that change in places that the person may not read."""
    error: str = ""

    _policy: PolicyDraft | None = None
    _rule: RuleDraft | None = None
    _rule_id: int = 0

    @rx.event
    async def choose_days(self, days: int):
        """Look back that many days."""
        self.days = caller.number(days)
        await _show(self)

    @rx.event
    async def load_more(self):
        """Add the next page of messages that change."""
        found = await _simulate(self, offset=len(self.messages))
        self.messages = self.messages + _rows(self, found)
        shown = found.changed - found.hidden
        self.has_more = len(self.messages) < shown and bool(found.messages)


async def show_policy(state: rx.State, draft: PolicyDraft) -> None:
    """Tell what this policy would have done."""
    mine = await state.get_state(SimulationState)
    mine._policy, mine._rule, mine.is_of_rule = draft, None, False
    await _show(mine)


async def show_rule(state: rx.State, draft: RuleDraft, *, rule_id: int) -> None:
    """Tell what this rule would have done, in the place of `rule_id` unless that is 0."""
    mine = await state.get_state(SimulationState)
    mine._rule, mine._rule_id, mine.is_of_rule = draft, rule_id, True
    await _show(mine)


async def forget_rule(state: rx.State) -> None:
    """Tell again what the policy would have done."""
    mine = await state.get_state(SimulationState)
    if mine._policy is not None:
        await show_policy(state, mine._policy)


async def follow_policy(state: rx.State, draft: PolicyDraft) -> None:
    """Take over a policy that changed, without putting it in the place of a rule that is tried."""
    mine = await state.get_state(SimulationState)
    mine._policy = draft
    await _show(mine)


async def clear(state: rx.State) -> None:
    """Tell nothing until something is tried."""
    mine = await state.get_state(SimulationState)
    mine._policy = mine._rule = None
    mine.is_of_rule = False


async def _show(state: SimulationState) -> None:
    try:
        found = await _simulate(state, offset=0)
    except ChatError as error:
        state.error = str(error)
        state.outcomes, state.messages, state.has_more = [], [], False
        state.looked_at = state.changed = state.people = 0
        return
    state.error = ""
    state.outcomes = [
        OutcomeRow(WORDS[each.decision], each.before, each.after, each.removed, each.kept)
        for each in found.counts
        if each.before or each.after
    ]
    state.messages = _rows(state, found)
    state.has_more = len(state.messages) < found.changed - found.hidden
    state.looked_at, state.is_all = found.looked_at, found.is_all
    state.changed, state.people, state.hidden = found.changed, found.people, found.hidden


async def _simulate(state: SimulationState, *, offset: int) -> Simulation:
    slug = screens.slug_of(state)
    # Elsewhere than at a room it is about all of them.
    room_id = (await screens.look_up(state, slug)).room_id if slug else None
    return await off_loop(
        simulating.simulate,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        days=state.days,
        policy=None if state._rule or not slug else state._policy,
        rule=state._rule,
        rule_id=state._rule_id if state._rule else 0,
        offset=offset,
        limit=_PAGE,
    )


def _rows(state: SimulationState, found: Simulation) -> list[ChangedRow]:
    is_room = bool(screens.slug_of(state))
    return [_changed(each, room="" if is_room else each.room) for each in found.messages]


def _changed(each: Changed, *, room: str) -> ChangedRow:
    return ChangedRow(
        message_id=each.message_id,
        room=room,
        author=each.author,
        text=excerpt(each.body, max_chars=300),
        sent_at=iso(each.sent_at),
        score="no score" if each.score is None else f"score {each.score:.2f}",
        before=WORDS[each.before],
        after=WORDS[each.after],
        decided=each.decided,
    )
