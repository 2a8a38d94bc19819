"""The pane "Room assistant". The browser script `assistant.js` sends questions on Enter, follows
what is written, and tells assistive technology when an answer is there."""

import reflex as rx

from chatrooms.components.assistant_turn import assistant_turn
from chatrooms.components.controls import button, chip, icon, icon_button, skeleton
from chatrooms.components.pane import is_of_open_room, pane
from chatrooms.components.room_header import MODE_HINTS
from chatrooms.domain.assistant import MAX_QUESTION_CHARS
from chatrooms.state.assistant import AssistantState
from chatrooms.state.live import AnswerState, LiveState
from chatrooms.state.rows import TurnRow

STARTERS = ("What is going on here?", "What can you do?")
MODEL_STARTERS = ("What was decided lately?",)
"""What the built-in model cannot tell: it looks for words, and nobody says "decided"."""


def assistant_pane() -> rx.Component:
    """What the person asked in the open room, what was answered, and where one asks."""
    return pane(
        "assistant",
        "Room assistant",
        rx.el.div(
            rx.cond(
                is_of_open_room(AssistantState.room_id),
                rx.fragment(
                    _greeting(), _earlier(), rx.foreach(AssistantState.turns, _turn), _later()
                ),
                skeleton(4),
            ),
            class_name="answers",
            tab_index=0,
            role="log",
            aria_label="Conversation",
            aria_live="off",
            custom_attrs={
                "data-answers": AssistantState.room_id,
                "data-running": AssistantState.running_id,
            },
        ),
        rx.cond(LiveState.room.has_assistant, _ask(), _turned_off()),
        tools=(chip(icon("sparkles", 12), "AI", class_name="sm"), _clear()),
        class_name="thread",
    )


def _greeting() -> rx.Component:
    is_empty = AssistantState.turns.length() == 0
    return rx.el.div(
        rx.el.p(
            rx.el.b(AssistantState.greeting),
            " ",
            rx.cond(LiveState.room.has_assistant, AssistantState.news, ""),
            class_name="wrap",
        ),
        rx.el.p(_model(), class_name="hint"),
        rx.cond(
            LiveState.room.mode == MODE_HINTS[0][0],
            rx.el.p("Moderators decide here: only what they approved is known.", class_name="hint"),
        ),
        rx.cond(
            is_empty & LiveState.room.has_assistant,
            rx.el.div(
                *(_starter(each) for each in STARTERS),
                rx.cond(
                    AssistantState.is_built_in,
                    rx.fragment(),
                    rx.fragment(*(_starter(each) for each in MODEL_STARTERS)),
                ),
                class_name="starters",
            ),
        ),
        class_name="greeting",
    )


def _model() -> rx.Component:
    return rx.cond(
        AssistantState.is_built_in,
        "Answers come from the built-in extractive model: it quotes messages of this room and"
        " writes nothing of its own. Only you see this conversation.",
        rx.fragment(
            "Answers come from ",
            AssistantState.model,
            ". It can be wrong: look at the sources. It may look into other rooms that you can"
            " read. Only you see this conversation.",
        ),
    )


def _starter(question: str) -> rx.Component:
    return button(question, kind="ghost", class_name="sm", custom_attrs={"data-starter": question})


def _earlier() -> rx.Component:
    return rx.cond(
        AssistantState.has_more,
        rx.el.div(
            button(
                "Show earlier questions",
                kind="ghost",
                class_name="sm",
                on_click=AssistantState.load_more,
            ),
            class_name="log-more",
        ),
    )


def _later() -> rx.Component:
    return rx.cond(
        AssistantState.has_newer,
        rx.el.div(
            button(
                "Show the newest questions",
                kind="ghost",
                class_name="sm",
                on_click=AssistantState.show_newest,
            ),
            class_name="log-more",
        ),
    )


def _turn(turn: rx.Var[TurnRow]) -> rx.Component:
    is_written = (turn.outcome == "running") & (AnswerState.answering_id == turn.id)
    return assistant_turn(
        turn=turn,
        written=rx.cond(is_written, AnswerState.answering_text, "").to(str),
        is_busy=AssistantState.running_id != 0,
        key=turn.id.to_string(),
    )


def _turned_off() -> rx.Component:
    return rx.el.footer(
        rx.el.p(
            icon("circle-slash"),
            rx.el.span("The assistant is turned off in this room."),
            role="status",
            class_name="note",
        ),
        class_name="foot",
    )


def _ask() -> rx.Component:
    is_running = AssistantState.running_id != 0
    return rx.el.footer(
        rx.cond(
            AssistantState.error != "",
            rx.el.p(
                icon("circle-alert"),
                rx.el.span(AssistantState.error),
                role="alert",
                class_name="note bad",
            ),
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="client_id"),
            rx.el.textarea(
                name="question",
                aria_label="Ask",
                placeholder="Ask about this room",
                rows=1,
                max_length=MAX_QUESTION_CHARS,
                enter_key_hint="send",
                class_name="grows",
            ),
            rx.el.div(
                rx.el.span(class_name="grow"),
                rx.cond(
                    is_running,
                    button(
                        icon("square", 14),
                        "Stop",
                        kind="ghost",
                        on_click=AssistantState.stop(AssistantState.running_id),
                    ),
                    button(icon("send-horizontal"), "Send question", type="submit"),
                ),
                class_name="form-row",
            ),
            on_submit=AssistantState.ask,
            class_name="composer",
            custom_attrs={
                "data-ask-form": AssistantState.room_id,
                "data-refused": AssistantState.refused_id,
            },
        ),
        class_name="foot",
    )


def _clear() -> rx.Component:
    return rx.cond(
        AssistantState.turns.length() > 0,
        rx.alert_dialog.root(
            rx.alert_dialog.trigger(icon_button("eraser", "Clear conversation")),
            rx.alert_dialog.content(
                rx.alert_dialog.title("Clear this conversation?", class_name="dialog-title"),
                rx.alert_dialog.description(
                    "Your questions in this room and their answers are erased. Nothing of the room"
                    " itself changes."
                ),
                rx.el.div(
                    rx.alert_dialog.cancel(button("Keep", kind="ghost")),
                    rx.alert_dialog.action(
                        button(
                            icon("eraser"), "Clear", kind="danger", on_click=AssistantState.clear
                        )
                    ),
                    class_name="dialog-actions",
                ),
                max_width="440px",
            ),
        ),
    )
