"""What the decisions of this address's room taught the model: training, proof, rolling back."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotAllowed, RoomArchived, RoomUnavailable
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso
from chatrooms.services.moderation import learning, training
from chatrooms.services.moderation.learning import Learning, Training
from chatrooms.state import caller, screens
from chatrooms.state.rows import MeasureRow, TrainingRow

_OUTCOMES = {
    "": "Under way",
    "promoted": "In use since then",
    "too_few": "Not used: too few decisions",
    "no_model": "Failed: there is no usable model",
    "few_newest": "Not used: too few of one kind among the newest decisions",
    "nothing_found": "Not used: the model finds nothing of what was removed, so nothing compares",
    "not_better": "Not used: not proven better",
    "finds_less": "Not used: it would find less of what was removed",
    "changed": "Not used: another correction came into use meanwhile",
}


class LearningState(rx.State):
    """The correction in use, the trainings so far, and whether one is under way."""

    can_change: bool = False
    is_running: bool = False
    kept: int = 0
    removed: int = 0
    is_enough: bool = False
    active: TrainingRow = TrainingRow()
    """Version 0: none is in use."""
    is_set_aside: bool = False
    """Whether it belongs to another shared model, and is not used for that reason."""
    measured: list[MeasureRow] = []
    """The proof of the one in use."""
    trainings: list[TrainingRow] = []
    message: str = ""
    error: str = ""

    @rx.event
    async def load(self):
        """Read how far the room is."""
        self.error = self.message = ""
        _show(self, await off_loop(learning.get_learning, caller.deps(), **await _where(self)))

    @rx.event
    async def train(self):
        """Have the model learn from the room's decisions, or say why not."""
        self.error = self.message = ""
        try:
            found = await off_loop(learning.train, caller.deps(), **await _where(self))
        except ChatError as error:
            self.error = str(error)
            return
        _show(self, found)
        if not self.is_running:
            _tell_outcome(self)

    @rx.event
    async def follow(self):
        """Read anew after a training began or ended somewhere, and tell how it ended."""
        if not screens.is_at_settings(self):
            return
        was_running = self.is_running
        try:
            found = await off_loop(learning.get_learning, caller.deps(), **await _where(self))
        except (RoomUnavailable, NotAllowed, RoomArchived):
            return
        _show(self, found)
        if was_running and not self.is_running:
            _tell_outcome(self)

    @rx.event
    async def roll_back(self, version: int):
        """Take the correction in use out of use."""
        self.error = self.message = ""
        try:
            found = await off_loop(
                learning.roll_back,
                caller.deps(),
                **await _where(self),
                version=caller.number(version),
            )
        except ChatError as error:
            self.error = str(error)
            return
        _show(self, found)
        now = f"correction {self.active.version}" if self.active.version else "the shared model"
        self.message = f"Rolled back. From now on {now} applies."


async def _where(state: rx.State) -> dict[str, int]:
    """Who asks, and about which room."""
    access = await screens.look_up(state, screens.slug_of(state))
    return {"actor_id": access.actor.id, "room_id": access.room_id}


def _tell_outcome(state: LearningState) -> None:
    newest = state.trainings[0]
    state.message = f"Training {newest.version}: {newest.outcome}."


def _show(state: LearningState, found: Learning) -> None:
    state.can_change, state.is_running = found.can_change, found.is_running
    state.kept, state.removed = found.labels.kept, found.labels.removed
    state.is_enough = min(state.kept, state.removed) >= training.ENOUGH
    active = found.active
    state.active = _row(active) if active else TrainingRow()
    state.is_set_aside = active is not None and not active.is_of_this_model
    state.measured = _measured(active.measured) if active else []
    state.trainings = [_row(each) for each in found.trainings]


def _row(each: Training) -> TrainingRow:
    outcome = _OUTCOMES.get(each.outcome, each.outcome)
    if each.rolled_back_at is not None:
        outcome = f"Rolled back by {each.rolled_back_by}"
    elif each.is_active:
        outcome = "In use"
    elif each.outcome == training.PROMOTED:
        outcome = "Replaced by a later one"
    return TrainingRow(
        version=each.version,
        at=iso(each.finished_at or each.asked_at),
        by=each.by or "every night",
        outcome=outcome,
        proof=_proof(each.measured),
    )


def _proof(measured: dict[str, Any]) -> str:
    if not measured:
        return ""
    before, after = measured["before"], measured["after"]
    return (
        f"{before['value']:.0%} → {after['value']:.0%}, difference {_points(measured)}, "
        f"on {measured['decided']} decisions"
    )


def _points(measured: dict[str, Any]) -> str:
    low, high = (round(100 * measured["difference"][end]) for end in ("low", "high"))
    return f"{low:+d} to {high:+d} points"


def _measured(measured: dict[str, Any]) -> list[MeasureRow]:
    if not measured:
        return []
    return [
        MeasureRow(
            f"Precision where {measured['recall']:.0%} of what was removed is found",
            _estimate(measured["before"]),
            _estimate(measured["after"]),
        ),
        MeasureRow(
            "Found at the room's threshold",
            f"{measured['found_before']:.0%}",
            f"{measured['found_after']:.0%}",
        ),
    ]


def _estimate(each: dict[str, float]) -> str:
    return f"{each['value']:.0%} ({each['low']:.0%} to {each['high']:.0%})"
