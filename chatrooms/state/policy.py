"""A room's moderation settings: the policy as it is, and as it is being changed."""

from dataclasses import asdict, replace
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotAllowed, RoomArchived, RoomUnavailable
from chatrooms.domain.moderation import Policy
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import changes, decided, policies
from chatrooms.services.moderation.decided import Measured
from chatrooms.services.moderation.policies import PolicyDraft
from chatrooms.state import caller, screens
from chatrooms.state.learning import LearningState
from chatrooms.state.numbers import NumbersState
from chatrooms.state.rejudging import RejudgingState
from chatrooms.state.rows import PolicyRow
from chatrooms.state.rules import RulesState, who_changed
from chatrooms.state.simulation import follow_policy, show_policy

_HOLDS: dict[str, bool | None] = {"auto": None, "yes": True, "no": False}
_SWITCHES = ("hides_flagged",)
_NUMBERS = ("flag", "remove", "summary_every", "sample_per_mille", "slow_s")


class PolicyState(rx.State):
    """The policy of the room of this address."""

    slug: str = ""
    room_name: str = ""
    status: str = ""
    """`open`, or `unavailable`: for somebody who does not moderate the room."""
    can_change: bool = False
    policy: PolicyRow = PolicyRow()
    saved: PolicyRow = PolicyRow()
    flag_key: int = 0
    remove_key: int = 0
    """Change when a slider must show a value that nobody dragged it to."""
    number_key: int = 0
    """The same of the fields for numbers."""
    is_changed: bool = False
    """Whether something was changed that is not saved."""
    measured: str = ""
    """How removals would have agreed with this room's moderators, in a sentence."""
    is_measured: bool = False
    error: str = ""
    message: str = ""
    _room_id: int = 0

    @rx.event
    async def load(self):
        """Read the policy; what somebody was changing here is forgotten."""
        self.slug = screens.slug_of(self)
        self.error = self.message = ""
        try:
            found = await off_loop(
                policies.get_policy,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                slug=self.slug,
            )
        except (RoomUnavailable, NotAllowed, RoomArchived):
            self.status, self.room_name, self._room_id = "unavailable", "", 0
            self.policy = self.saved = PolicyRow()
            self.is_changed = False
            return None
        self.status, self._room_id = "open", found.room_id
        self.room_name, self.can_change = found.room_name, found.can_change
        _begin(self, row_of(found.policy))
        await _measure(self)
        await show_policy(self, draft_of(self.policy))
        return [
            RulesState.load_room,
            LearningState.load,
            RejudgingState.load,
            NumbersState.load,
        ]

    @rx.event
    async def follow(self):
        """Show what somebody else changed meanwhile; what is being changed here stays."""
        if self.status != "open" or not screens.is_at(self, f"/rooms/{self.slug}/moderation"):
            return None
        who = await caller.actor_id(self)
        try:
            found = await off_loop(policies.get_policy, caller.deps(), actor_id=who, slug=self.slug)
        except (RoomUnavailable, NotAllowed, RoomArchived):
            return PolicyState.load
        now = row_of(found.policy)
        if now == self.saved:
            return None
        _take_over(self, now)
        await _measure(self)
        await follow_policy(self, draft_of(self.policy))
        change = await off_loop(
            changes.find_newest,
            caller.deps(),
            actor_id=who,
            room_id=self._room_id,
            actions=(changes.POLICY,),
        )
        kept = " What you changed here is kept." if self.is_changed else ""
        return rx.toast.info(f"{who_changed(change)} changed the policy.{kept}")

    @rx.event
    async def change(self, name: str, value: Any):
        """Take over what was chosen in one field, and tell what it would have done."""
        before = self.policy
        self.policy = _with(self.policy, name, value)
        if self.policy == before:
            return
        self.is_changed = self.policy != self.saved
        self.error = self.message = ""
        self.flag_key += int(name != "flag" and self.policy.flag != before.flag)
        self.remove_key += int(name != "remove" and self.policy.remove != before.remove)
        if self.policy.remove != before.remove:
            await _measure(self)
        await show_policy(self, draft_of(self.policy))

    @rx.event
    async def forget(self):
        """Go back to what is saved."""
        self.error = self.message = ""
        _begin(self, self.saved)
        await _measure(self)
        await show_policy(self, draft_of(self.policy))

    @rx.event
    async def save(self):
        """Have the policy apply from now on, or say why not."""
        self.error = self.message = ""
        try:
            now = await off_loop(
                policies.change_policy,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=self._room_id,
                draft=draft_of(self.policy),
            )
        except ChatError as error:
            self.error = str(error)
            return
        _begin(self, row_of(now))
        self.message = "Saved. It applies to what is written from now on."


def _begin(state: PolicyState, saved: PolicyRow) -> None:
    """Show what is saved, with nothing changed."""
    state.policy = state.saved = saved
    state.is_changed = False
    state.flag_key += 1
    state.remove_key += 1
    state.number_key += 1


def _take_over(state: PolicyState, now: PolicyRow) -> None:
    """Show what holds now, but for what was changed here and is not saved."""
    mine, saved = asdict(state.policy), asdict(state.saved)
    kept = {name: value for name, value in mine.items() if value != saved[name]}
    policy = replace(now, **kept)
    policy = replace(policy, remove=max(policy.flag, policy.remove))
    state.flag_key += int(policy.flag != state.policy.flag)
    state.remove_key += int(policy.remove != state.policy.remove)
    state.policy, state.saved = policy, now
    state.is_changed = policy != now


def row_of(policy: Policy) -> PolicyRow:
    """A policy for the form."""
    return PolicyRow(
        mode=policy.mode.value,
        flag=round(policy.flag_threshold * 100),
        remove=round(policy.remove_threshold * 100),
        hides_flagged=policy.hides_flagged,
        holds=next(word for word, value in _HOLDS.items() if value is policy.holds),
        hold_limit_s=f"{policy.hold_limit_ms / 1000:g}",
        hold_expiry=policy.hold_expiry.value,
        unreadable=policy.unreadable.value,
        summary_every=policy.summary_every,
        sample_per_mille=policy.sample_per_mille,
        slow_s=policy.slow_s,
    )


def draft_of(row: PolicyRow) -> PolicyDraft:
    """What the form holds, unchecked."""
    chosen = {**asdict(row), "holds": _HOLDS.get(row.holds)}
    chosen["flag_threshold"] = row.flag / 100
    chosen["remove_threshold"] = row.remove / 100
    try:
        chosen["hold_limit_ms"] = round(float(row.hold_limit_s[:12]) * 1000)
    except (ValueError, OverflowError):
        chosen["hold_limit_ms"] = 0
    return PolicyDraft(chosen)


def _with(row: PolicyRow, name: object, value: Any) -> PolicyRow:
    if not isinstance(name, str):
        return row
    if name in _NUMBERS:
        changed: dict[str, Any] = {name: min(max(caller.number(_first(value)), 0), 10**6)}
        # The two thresholds push each other, so that the order always holds.
        if name == "flag":
            changed["remove"] = max(row.remove, changed["flag"])
        elif name == "remove":
            changed["flag"] = min(row.flag, changed["remove"])
        return replace(row, **changed)
    if name in _SWITCHES:
        return replace(row, **{name: value is True})
    if name in asdict(row) and isinstance(value, str):
        return replace(row, **{name: value[:20]})
    return row


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


async def _measure(state: PolicyState) -> None:
    room_id, threshold = state._room_id, state.policy.remove / 100
    found = await off_loop(
        decided.measure,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        room_id=room_id,
        threshold=min(threshold, 1.0),
    )
    state.is_measured, state.measured = found.is_enough, _sentence(found)


def _sentence(found: Measured) -> str:
    if not found.is_enough:
        return (
            "There is not enough yet to say how precise removals would be here: moderators decided "
            f"about {found.over} messages over this threshold, and {decided.ENOUGH} are needed."
        )
    return (
        f"Of {found.over} messages over this threshold that moderators decided about, they removed "
        f"{found.removed}: a precision of {found.precision:.0%}."
    )
