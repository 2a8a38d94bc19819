"""The pane "Catch-up", and the button on the line above what is new."""

from typing import Any

import reflex as rx

from chatrooms.components.answer_body import answer_body
from chatrooms.components.browser import fresh_id, local_moment, start_of
from chatrooms.components.controls import button, chip, error_note, icon, icon_button, skeleton
from chatrooms.components.pane import pane
from chatrooms.components.source_list import source_list
from chatrooms.domain.catching_up import Stretch
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.live import AnswerState, LiveState, ReaderState

_NOTHING = "Nothing to tell. What still waits for a moderator is left out."


def catch_up_button() -> rx.Component:
    """On the line above what is new: have it told."""
    return button(
        icon("sparkles", 14),
        "Catch me up",
        kind="soft",
        class_name="sm",
        on_click=_missed(),
    )


def _missed() -> Any:
    first = rx.Var.create(ReaderState.new_from).to(int).to_string()
    return CatchUpState.tell(Stretch.MISSED.value, first, fresh_id())


def catch_up_pane() -> rx.Component:
    """What was said while the person was away, for that person alone."""
    return pane(
        "catch_up",
        "Catch-up",
        _choices(),
        error_note(CatchUpState.error),
        rx.cond(
            _is_here(),
            rx.cond(CatchUpState.turn.id != 0, _told(), _nothing_yet()),
            skeleton(4),
        ),
        tools=(chip(icon("sparkles", 12), "AI", class_name="sm"),),
    )


def _is_here() -> rx.Var[bool]:
    """Whether what is shown belongs to the open room."""
    room_id = rx.Var.create(CatchUpState.room_id).to(int)
    return (room_id != 0) & (room_id == LiveState.room.id)


def _choices() -> rx.Component:
    is_running = CatchUpState.turn.outcome == "running"
    nothing_new = rx.Var.create(ReaderState.new_from).to(int) == 0
    return rx.el.div(
        rx.el.div(
            _choice(Stretch.MISSED, "What I missed", _missed(), is_running | nothing_new),
            *(
                _choice(
                    each,
                    word,
                    CatchUpState.tell(each.value, start_of(each.value), fresh_id()),
                    is_running,
                )
                for each, word in ((Stretch.TODAY, "Today"), (Stretch.WEEK, "This week"))
            ),
            role="group",
            aria_label="Catch up on",
            class_name="choices catch-up-choices",
        ),
        rx.cond(
            nothing_new,
            rx.el.p("You have missed nothing here since you came.", class_name="hint"),
        ),
        class_name="section",
    )


def _choice(stretch: Stretch, word: str, on_click: Any, is_off: rx.Var[bool]) -> rx.Component:
    return rx.el.button(
        word,
        type="button",
        aria_pressed=CatchUpState.stretch == stretch.value,
        disabled=is_off,
        on_click=on_click,
    )


def _nothing_yet() -> rx.Component:
    return rx.el.p(
        "Choose what to catch up on. Each line names the messages that it rests on.",
        class_name="muted section",
    )


def _told() -> rx.Component:
    turn = CatchUpState.turn
    is_running = turn.outcome == "running"
    return rx.el.article(
        rx.el.header(
            icon("sparkles", 14),
            rx.el.b(
                rx.match(
                    CatchUpState.stretch,
                    ("today", "Today"),
                    ("week", "This week"),
                    "What you missed",
                )
            ),
            rx.el.time(local_moment(turn.asked_at), date_time=turn.asked_at),
            class_name="who",
        ),
        rx.cond(is_running, _running(), _ended()),
        rx.el.p(
            rx.cond(
                is_running | (turn.answer == ""),
                "",
                "Told by " + turn.model + ". Only you see this.",
            ),
            role="status",
            class_name="hint",
        ),
        aria_label="Catch-up",
        aria_busy=is_running,
        class_name="answer section",
        custom_attrs={"data-outcome": turn.outcome},
    )


def _running() -> rx.Component:
    is_written = (AnswerState.answering_id == CatchUpState.turn.id) & (
        AnswerState.answering_text != ""
    )
    return rx.fragment(
        rx.cond(
            is_written,
            rx.el.div(
                answer_body(text=AnswerState.answering_text, sources=9999),
                class_name="being-written",
            ),
            rx.el.p("Reading what was said", rx.el.span(class_name="dots"), class_name="muted"),
        ),
        button(
            icon("square", 14), "Stop", kind="ghost", class_name="sm", on_click=CatchUpState.stop
        ),
    )


def _ended() -> rx.Component:
    turn = CatchUpState.turn
    return rx.fragment(
        rx.cond(
            turn.is_withdrawn,
            rx.el.p(
                icon("circle-slash", 14),
                "A message that this rests on was changed or taken away since.",
                class_name="gone",
            ),
            answer_body(text=turn.answer, sources=turn.sources.length()),
        ),
        rx.match(
            turn.outcome,
            ("no_answer", rx.el.p(_NOTHING, class_name="muted")),
            ("stopped", rx.el.p(icon("square", 12), "Stopped", class_name="hint with-icon")),
            ("failed", rx.el.p(icon("circle-alert", 14), turn.problem, class_name="note bad")),
            rx.fragment(),
        ),
        source_list(turn.sources),
        rx.el.div(
            rx.cond(
                turn.answer != "",
                icon_button("copy", "Copy catch-up", custom_attrs={"data-copy": turn.answer}),
            ),
            icon_button("rotate-cw", "Tell it again", on_click=CatchUpState.again),
            class_name="turn-tools",
        ),
    )
