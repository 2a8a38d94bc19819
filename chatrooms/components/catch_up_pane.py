"""The pane "Catch-up", and the button on the line above what is new."""

from typing import Any

import reflex as rx

from chatrooms.components.answer_parts import (
    answer_article,
    answer_ended,
    answer_so_far,
    answer_tools,
)
from chatrooms.components.browser import fresh_id, local_moment, start_of
from chatrooms.components.controls import button, chip, error_note, icon, icon_button, skeleton
from chatrooms.components.pane import is_of_open_room, pane
from chatrooms.domain.catching_up import Stretch
from chatrooms.state.catch_up import CatchUpState
from chatrooms.state.live import AnswerState, ReaderState

_WITHDRAWN = "A message that this may rest on was changed or taken away since."
_NOTHING = "Nothing was said that can be told. What waits for a moderator is left out."


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
            is_of_open_room(CatchUpState.room_id),
            rx.cond(CatchUpState.turn.id != 0, _told(), _nothing_yet()),
            skeleton(4),
        ),
        tools=(chip(icon("sparkles", 12), "AI", class_name="sm"),),
    )


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
    title = rx.match(
        CatchUpState.stretch, ("today", "Today"), ("week", "This week"), "What you missed"
    )
    return answer_article(
        turn,
        _by_whom(),
        title=title,
        at=local_moment(turn.asked_at),
        label="Catch-up",
        running=_running(),
        ended=_ended(),
        class_name="answer section",
        custom_attrs={"data-outcome": turn.outcome},
    )


def _running() -> rx.Component:
    is_written = AnswerState.answering_id == CatchUpState.turn.id
    written = rx.cond(is_written, AnswerState.answering_text, "").to(str)
    return rx.fragment(
        answer_so_far(written, waiting="Reading what was said"),
        button(
            icon("square", 14), "Stop", kind="ghost", class_name="sm", on_click=CatchUpState.stop
        ),
    )


def _ended() -> rx.Component:
    turn = CatchUpState.turn
    return rx.fragment(
        answer_ended(turn, withdrawn=_WITHDRAWN, no_answer=rx.el.p(_NOTHING, class_name="muted")),
        answer_tools(
            turn,
            again=icon_button("rotate-cw", "Tell it again", on_click=CatchUpState.again),
            copy="Copy catch-up",
        ),
    )


def _by_whom() -> rx.Component:
    """Always there, so that its end is told to those who hear the page."""
    turn = CatchUpState.turn
    return rx.el.p(
        rx.cond(
            (turn.outcome == "running") | (turn.answer == ""),
            "",
            "Told by " + turn.model + ". Only you see this.",
        ),
        role="status",
        class_name="hint",
    )
