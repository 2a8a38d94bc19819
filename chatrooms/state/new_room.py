"""The form for a new room."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.domain.moderation import Mode
from chatrooms.domain.text import MAX_DESCRIPTION_CHARS, storable
from chatrooms.live.offload import off_loop
from chatrooms.services import rooms, topic_tree
from chatrooms.services.rooms import RoomDraft
from chatrooms.state import caller
from chatrooms.state.topics import TopicsState


def draft(form: Any) -> RoomDraft:
    """What a room form holds, unchecked."""
    return RoomDraft(
        name=caller.text(form, "name"),
        description=caller.text(form, "description"),
        topic=caller.text(form, "topic"),
        tags=caller.text(form, "tags"),
        is_private=is_on(form, "private"),
        mode=caller.text(form, "mode") or Mode.MANUAL,
        topic_id=caller.number_in(form, "parent") or None,
    )


def is_on(form: Any, name: str) -> bool:
    """Whether a checkbox or switch of a form is on."""
    return isinstance(form, dict) and form.get(name) in (True, "on", "true")


class NewRoomState(rx.State):
    """The new-room dialog."""

    opened_in: str = ""
    """Which visit to which page the dialog is open in; empty while it is closed."""
    error: str = ""
    parent: str = ""
    """The id of the topic that is chosen or suggested; empty for none."""
    is_suggested: bool = False
    """Whether it was suggested, and not chosen."""
    _typed: dict[str, str] = {}
    _is_chosen: bool = False

    @rx.event
    def show(self, here: str):
        """Open the dialog."""
        _forget(self)
        self.opened_in = caller.place(here)
        return [TopicsState.load, NewRoomState.prepare]

    @rx.event(background=True)
    async def prepare(self):
        """Have what suggests a topic loaded, and suggest one for what was typed meanwhile."""
        async with self:
            await caller.actor_id(self)
        await off_loop(topic_tree.prepare, caller.deps())
        yield NewRoomState.look_again

    @rx.event
    async def look_again(self):
        """Suggest a topic for what is typed, if none was chosen."""
        await _suggest(self)

    @rx.event
    def set_open(self, is_open: bool):
        """Follow the dialog's own closing; it is opened by `show` alone."""
        if is_open is not True:
            _forget(self)
            self.opened_in = ""

    # One handler for each field: only the last call of a handler within a pause is sent.

    @rx.event
    async def type_name(self, typed: str):
        """Follow the name as it is typed."""
        await _suggest(self, name=typed)

    @rx.event
    async def type_topic(self, typed: str):
        """Follow the topic as it is typed."""
        await _suggest(self, topic=typed)

    @rx.event
    async def type_description(self, typed: str):
        """Follow the description as it is typed."""
        await _suggest(self, description=typed)

    @rx.event
    async def type_tags(self, typed: str):
        """Follow the tags as they are typed."""
        await _suggest(self, tags=typed)

    @rx.event
    def choose(self, topic_id: str):
        """Have the room under this topic, or under none, whatever else is typed."""
        self.parent = str(caller.number(topic_id) or "")
        self.is_suggested, self._is_chosen = False, True

    @rx.event
    async def create(self, form: dict[str, Any]):
        """Create the room and go there, or say what is wrong with the form."""
        actor_id = await caller.actor_id(self)
        try:
            facts = await off_loop(
                rooms.create_room, caller.deps(), actor_id=actor_id, draft=draft(form)
            )
        except ChatError as error:
            self.error = str(error)
            return None
        _forget(self)
        self.opened_in = ""
        return rx.redirect(f"/rooms/{facts.slug}")


def _forget(state: NewRoomState) -> None:
    state.error = state.parent = ""
    state.is_suggested = state._is_chosen = False
    state._typed = {}


async def _suggest(state: NewRoomState, **typed: Any) -> None:
    """Suggest the topic nearest to what was typed so far, unless one was chosen."""
    known = {name: value for name, value in typed.items() if isinstance(value, str)}
    state._typed = state._typed | {
        name: storable(value[:MAX_DESCRIPTION_CHARS]) for name, value in known.items()
    }
    if state._is_chosen or not state.opened_in:
        return
    found = await off_loop(
        topic_tree.suggest_topic,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        **{"name": "", **state._typed},
    )
    state.parent, state.is_suggested = str(found or ""), found is not None
