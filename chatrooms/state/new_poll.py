"""The form for a new poll."""

from datetime import datetime
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, InvalidInput
from chatrooms.live.offload import off_loop
from chatrooms.services import polls
from chatrooms.services.polls import MAX_CHOICES, MIN_CHOICES, PollDraft
from chatrooms.state import caller, on_screen
from chatrooms.state.new_room import is_on


class NewPollState(rx.State):
    """The new-poll dialog. What is typed stays in the browser until it is sent."""

    opened_in: str = ""
    """Which visit to which page the dialog is open in; empty while it is closed."""
    error: str = ""
    boxes: list[int] = [0, 1]
    """Which text boxes for choices there are: each has a number for as long as it is there."""
    _room_id: int = 0
    _client_id: str = ""
    """Made once per opening, so that sending twice opens one poll."""

    @rx.event
    def show(self, here: str):
        """Open the dialog for the open room."""
        self._room_id = on_screen.message_ids(self)[0]
        self._client_id = caller.deps().ids.client_id()
        self.boxes, self.error, self.opened_in = [0, 1], "", caller.place(here)

    @rx.event
    def set_open(self, is_open: bool):
        """Follow the dialog's own closing; it is opened by `show` alone."""
        if is_open is not True:
            self.opened_in = ""

    @rx.event
    def add_choice(self):
        """One more text box."""
        if len(self.boxes) < MAX_CHOICES:
            self.boxes = [*self.boxes, max(self.boxes) + 1]

    @rx.event
    def remove_choice(self, box: int):
        """One text box less."""
        if len(self.boxes) > MIN_CHOICES:
            self.boxes = [each for each in self.boxes if each != box]

    @rx.event
    async def create(self, form: dict[str, Any]):
        """Open the poll, or say in the dialog why not."""
        actor_id = await caller.actor_id(self)
        try:
            await off_loop(
                polls.open_poll,
                caller.deps(),
                actor_id=actor_id,
                room_id=self._room_id,
                client_id=self._client_id,
                draft=_draft(form, self.boxes),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.opened_in = self.error = ""


def _draft(form: Any, boxes: list[int]) -> PollDraft:
    return PollDraft(
        question=caller.text(form, "question"),
        choices=[caller.text(form, f"choice_{box}") for box in boxes],
        is_multiple=is_on(form, "multiple"),
        is_anonymous=is_on(form, "anonymous"),
        closes_at=_moment(caller.text(form, "closes_at")),
    )


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("That closing time cannot be read.") from error
    if moment.tzinfo is None:
        raise InvalidInput("That closing time cannot be read.")
    return moment
