"""A room: header, messages, composer, and the panes beside them."""

import reflex as rx

from chatrooms.components.agent_pane import agent_pane
from chatrooms.components.assistant_pane import assistant_pane
from chatrooms.components.catch_up_pane import catch_up_pane
from chatrooms.components.composer import composer
from chatrooms.components.join_requests import join_requests
from chatrooms.components.pins_pane import pins_pane
from chatrooms.components.report import report_dialog
from chatrooms.components.room_gate import room_unavailable
from chatrooms.components.room_header import room_header
from chatrooms.components.room_info import room_info
from chatrooms.components.sanctions import sanction_dialog
from chatrooms.components.thread_pane import thread_pane
from chatrooms.components.timeline import timeline
from chatrooms.components.top_pane import top_pane
from chatrooms.components.writing_menus import writing_menus
from chatrooms.pages.frame import bare_head, frame
from chatrooms.state.room import RoomState


def room_page() -> rx.Component:
    """The open room, or the page of a room that cannot be opened."""
    is_unavailable = RoomState.status == "unavailable"
    return frame(
        rx.cond(
            is_unavailable,
            rx.fragment(bare_head(), rx.el.div(room_unavailable(), class_name="scroll")),
            rx.fragment(
                room_header(),
                join_requests(),
                timeline(),
                composer(),
                report_dialog(),
                sanction_dialog(),
            ),
        ),
        right=rx.cond(is_unavailable, rx.fragment(), _panes()),
        name="room",
    )


def _panes() -> rx.Component:
    """What stands beside the messages, and over them: on a phone a pane hides what is behind it."""
    return rx.fragment(
        room_info(),
        top_pane(),
        thread_pane(),
        pins_pane(),
        assistant_pane(),
        catch_up_pane(),
        agent_pane(),
        writing_menus(),
    )
