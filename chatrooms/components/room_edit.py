"""The fields of a room, in the dialog that makes one and in the pane that changes one."""

import reflex as rx

from chatrooms.components.controls import button, field, switch_field, text_field
from chatrooms.components.room_header import MODE_HINTS
from chatrooms.domain.moderation import Mode
from chatrooms.state.live import LiveState
from chatrooms.state.new_room import NewRoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.rows import RoomRow
from chatrooms.state.topics import TopicsState

_PAUSE_MS = 350
_PRIVATE_HINT = "Only people who are invited or let in can find and read it."


def new_room_fields() -> rx.Component:
    """Empty fields for a room that does not exist yet."""
    return rx.fragment(
        field(
            "Room name",
            "name",
            required=True,
            max_length=60,
            auto_focus=True,
            on_change=NewRoomState.type_name.debounce(_PAUSE_MS),
            **_PLAIN,
        ),
        field(
            "Topic",
            "topic",
            max_length=200,
            placeholder="What is it about today?",
            on_change=NewRoomState.type_topic.debounce(_PAUSE_MS),
            **_PLAIN,
        ),
        text_field(
            "Description",
            "description",
            max_length=1000,
            rows=2,
            on_change=NewRoomState.type_description.debounce(_PAUSE_MS),
        ),
        field(
            "Tags",
            "tags",
            max_length=200,
            placeholder="garden, seeds",
            on_change=NewRoomState.type_tags.debounce(_PAUSE_MS),
            **_PLAIN,
        ),
        _parent_topic(
            NewRoomState.parent,
            NewRoomState.choose,
            rx.cond(
                NewRoomState.is_suggested,
                "Suggested from what you typed. Change it as you like.",
                "Where people find it on Discover.",
            ),
        ),
        switch_field("Private", "private", _PRIVATE_HINT),
        _moderation(),
    )


def _parent_topic(
    chosen: rx.Var[str], on_change: rx.EventHandler, hint: str | rx.Var[str]
) -> rx.Component:
    """The room's place in the tree of topics."""
    return rx.el.div(
        rx.el.label(
            rx.el.span("Parent topic", class_name="field-label"),
            rx.el.select(
                rx.el.option("None", value=""),
                rx.foreach(
                    TopicsState.topics,
                    lambda topic: rx.el.option(topic.label, value=topic.value, key=topic.value),
                ),
                name="parent",
                value=chosen,
                on_change=on_change,
                class_name="input",
            ),
            class_name="field",
        ),
        rx.el.p(hint, class_name="hint", role="status"),
    )


def _moderation() -> rx.Component:
    """How the room is moderated from the beginning."""
    return rx.el.div(
        rx.el.span("Moderation", class_name="field-label", id="moderation-label"),
        rx.el.div(
            *(
                _mode(value, word, hint)
                for value, (word, hint) in zip(Mode, MODE_HINTS, strict=True)
            ),
            role="radiogroup",
            aria_labelledby="moderation-label",
            class_name="modes",
        ),
        class_name="field",
    )


def _mode(value: Mode, word: str, hint: str) -> rx.Component:
    described_by = f"mode-{value.value}"
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="mode",
            value=value.value,
            default_checked=value is Mode.SEMI_AUTO,
            aria_label=word,
            aria_describedby=described_by,
        ),
        rx.el.span(rx.el.b(word), rx.el.small(hint, id=described_by), class_name="stack"),
        class_name="mode-choice",
    )


def room_edit() -> rx.Component:
    """The open room's fields, ready to be changed."""
    room = LiveState.room
    return rx.el.form(
        _room_fields(room),
        rx.el.div(
            button("Cancel", kind="ghost", class_name="sm", on_click=RoomInfoState.stop_editing),
            button("Save", type="submit", class_name="sm"),
            class_name="dialog-actions",
        ),
        on_submit=RoomInfoState.save_room,
        class_name="form section",
    )


def _room_fields(room: rx.Var[RoomRow]) -> rx.Component:
    return rx.fragment(
        field("Room name", "name", required=True, max_length=60, default_value=room.name, **_PLAIN),
        field("Topic", "topic", max_length=200, default_value=room.topic, **_PLAIN),
        text_field(
            "Description", "description", max_length=1000, rows=3, default_value=room.description
        ),
        field("Tags", "tags", max_length=200, default_value=room.tags.join(", "), **_PLAIN),
        _parent_topic(
            RoomInfoState.parent, RoomInfoState.choose_parent, "Where people find it on Discover."
        ),
        switch_field("Private", "private", _PRIVATE_HINT, default_checked=room.is_private),
    )


_PLAIN = {"auto_complete": "off"}
