"""The line above a room's messages: name, topic, who is here, and the way to the info pane."""

import reflex as rx

from chatrooms.components.assistant_switches import shows_assistant
from chatrooms.components.controls import back_link, chip, icon, icon_button
from chatrooms.components.people import online_faces
from chatrooms.components.room_leave import leave_button
from chatrooms.state.assistant import AssistantState
from chatrooms.state.live import LiveState
from chatrooms.state.pane import PaneState
from chatrooms.state.pins import PinsState
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.room import RoomState
from chatrooms.state.room_agent import RoomAgentState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.top import TopState

MODE_HINTS = (
    ("Manual", "Moderators look at every message. Messages are shown at once."),
    ("Semi-auto", "A model points out what may break the rules; moderators decide."),
    ("Auto", "A model removes at once what breaks the rules. Removals can be appealed."),
)
"""What each way to moderate means, by its word."""


def room_header() -> rx.Component:
    """Name, topic and presence of the open room. Keeps its height while loading."""
    return rx.el.header(
        back_link(),
        rx.el.div(_title(), rx.el.p(LiveState.room.topic, class_name="cut"), class_name="grow cut"),
        rx.cond(LiveState.room.id != 0, _presence()),
        class_name="pane-head room-head",
    )


def room_sign(is_private: rx.Var[bool], size: int = 16) -> rx.Component:
    """The sign before a room's name: # for public, a lock for private."""
    return rx.cond(
        is_private,
        rx.el.span(icon("lock", size - 2), rx.el.span("private ", class_name="sr-only")),
        rx.el.span(icon("hash", size)),
    )


def _title() -> rx.Component:
    return rx.el.div(
        _name(),
        rx.cond(LiveState.room.mode != "", mode_badge(LiveState.room.mode)),
        class_name="room-title",
    )


def _name() -> rx.Component:
    return rx.el.h1(
        rx.cond(LiveState.room.id != 0, room_sign(LiveState.room.is_private)),
        rx.el.span(LiveState.room.name, class_name="cut"),
        rx.cond(LiveState.room.is_archived, chip(icon("archive", 12), "Archived", class_name="sm")),
    )


def mode_badge(mode: rx.Var[str]) -> rx.Component:
    """How a room is moderated, in a word; what it means is in its tooltip."""
    hint = rx.match(mode, *MODE_HINTS, "")
    return rx.el.span(
        icon("shield", 12),
        rx.el.span("Moderation: ", class_name="sr-only"),
        rx.el.span(mode, class_name="mode-word"),
        title=hint,
        class_name="chip sm mode",
    )


def _presence() -> rx.Component:
    return rx.el.div(
        rx.cond(PaneState.name == "", online_faces()),
        chip(
            rx.el.span(class_name="dot"),
            LiveState.online_count,
            " online",
            class_name="wide",
        ),
        _ask(),
        _agent(),
        _pins(),
        rx.el.button(
            icon("users", 14),
            LiveState.room.member_count,
            type="button",
            class_name="chip chip-btn",
            title="Room info and members",
            aria_label="Room info, " + LiveState.room.member_count.to_string() + " members",
            aria_expanded=PaneState.name == "info",
            on_click=rx.cond(PaneState.name == "info", PaneState.close(), RoomInfoState.show()),
        ),
        icon_button(
            "trophy",
            "Top this week",
            class_name="wide",
            aria_expanded=PaneState.name == "top",
            on_click=rx.cond(PaneState.name == "top", PaneState.close(), TopState.show()),
        ),
        leave_button(_leave_icon(), class_name="wide"),
        class_name="chips",
    )


def _ask() -> rx.Component:
    is_open = PaneState.name == "assistant"
    return rx.cond(shows_assistant() | is_open, _ask_button(is_open))


def _ask_button(is_open: rx.Var[bool]) -> rx.Component:
    return rx.el.button(
        icon("sparkles", 14),
        rx.el.span("Ask", class_name="wide"),
        type="button",
        class_name="chip chip-btn",
        title="Ask the room's assistant, an AI",
        aria_label="Ask the room",
        aria_expanded=is_open,
        on_click=rx.cond(is_open, PaneState.close(), AssistantState.show()),
        custom_attrs={"data-ask-room": "true"},
    )


def _agent() -> rx.Component:
    """For moderators: the way to the room's agent, with how many of its proposals wait."""
    is_open = PaneState.name == "agent"
    count = ProposalsState.rows.length()
    return rx.cond(
        (RoomState.rights.can_moderate & LiveState.room.has_assistant) | is_open,
        rx.el.button(
            icon("bot", 14),
            rx.cond(count > 0, rx.el.span(count, class_name="pill")),
            type="button",
            class_name="chip chip-btn",
            title="Room agent",
            aria_label="Room agent"
            + rx.cond(count > 0, ", " + count.to_string() + " to decide", "").to(str),
            aria_expanded=is_open,
            on_click=rx.cond(is_open, PaneState.close(), RoomAgentState.show()),
        ),
    )


def _pins() -> rx.Component:
    is_open = PaneState.name == "pins"
    count = PinsState.pins.length()
    return rx.cond(
        (count > 0) | is_open,
        rx.el.button(
            icon("pin", 14),
            count,
            type="button",
            class_name="chip chip-btn",
            title="Pins",
            aria_label="Pins, " + count.to_string(),
            aria_expanded=is_open,
            on_click=rx.cond(is_open, PaneState.close(), PinsState.show()),
        ),
    )


def _leave_icon() -> rx.Component:
    return icon_button("log-out", "Leave")
