"""What stands under a message of the room's agent: why it wrote it, from what, and the way to start
a topic that it suggests."""

import reflex as rx

from chatrooms.components.controls import button, icon
from chatrooms.state.room import RoomState
from chatrooms.state.rows import AgentNoteRow
from chatrooms.state.thread import ThreadState


def agent_note(
    note: rx.Var[AgentNoteRow], message_id: rx.Var[int], *, can_post: rx.Var[bool]
) -> rx.Component:
    """Why, with the messages that it rests on, for everybody."""
    return rx.el.div(
        rx.cond(note.is_topic, _topic(note, message_id, can_post)),
        rx.el.p(
            icon("bot", 14),
            rx.el.span(rx.el.b("Why: "), note.why),
            rx.foreach(note.sources, _source),
        ),
        class_name="agent-note",
        custom_attrs={"data-testid": "agent-note"},
    )


def _source(message_id: rx.Var[int], index: rx.Var[int]) -> rx.Component:
    number = (index + 1).to_string()
    return rx.el.button(
        number,
        type="button",
        class_name="cite",
        aria_label="Source " + number,
        on_click=RoomState.jump_to(message_id),
        custom_attrs={"data-jump-to": message_id},
    )


def _topic(
    note: rx.Var[AgentNoteRow], message_id: rx.Var[int], can_post: rx.Var[bool]
) -> rx.Component:
    return rx.cond(
        note.started_by != "",
        rx.el.p(icon("messages-square", 14), rx.el.span("Started by ", note.started_by)),
        rx.cond(
            can_post,
            button(
                icon("message-square-plus", 14),
                "Start this topic",
                kind="soft",
                class_name="sm",
                on_click=ThreadState.start_topic(message_id),
            ),
        ),
    )
