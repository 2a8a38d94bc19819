"""One question and its answer. Skipped by React unless something in it changed."""

import reflex as rx

from chatrooms.components.answer_parts import (
    answer_article,
    answer_ended,
    answer_so_far,
    answer_tools,
)
from chatrooms.components.browser import local_time
from chatrooms.components.controls import button, icon, icon_button, link
from chatrooms.state.assistant import AssistantState
from chatrooms.state.rows import TurnRow

_WITHDRAWN = "This answer may rest on a message that was changed or taken away since. Ask again."


@rx.memo
def assistant_turn(
    turn: rx.Var[TurnRow], written: rx.Var[str], is_busy: rx.Var[bool]
) -> rx.Component:
    """A turn. `written`: what is there already of an answer that is being written; `is_busy`:
    whether one is."""
    at = local_time(turn.asked_at)
    return rx.el.div(
        rx.el.p(rx.el.span("You asked: ", class_name="sr-only"), turn.question, class_name="asked"),
        answer_article(
            turn,
            title="Assistant",
            at=at,
            label="Assistant at " + at,
            running=answer_so_far(written, waiting="Looking through the room"),
            ended=rx.fragment(
                answer_ended(turn, withdrawn=_WITHDRAWN, no_answer=_no_answer(turn)),
                answer_tools(
                    turn,
                    _thumb(turn, "thumbs-up", "Good answer", 1),
                    _thumb(turn, "thumbs-down", "Bad answer", -1),
                    again=_again(turn, is_busy),
                    copy="Copy answer",
                ),
            ),
            tab_index=-1,
            custom_attrs={"data-outcome": turn.outcome, "data-turn": turn.id},
        ),
        class_name="turn",
        custom_attrs={"data-asked": turn.client_id},
    )


def _no_answer(turn: rx.Var[TurnRow]) -> rx.Component:
    return rx.el.div(
        rx.el.p("This room holds no answer to that."),
        rx.el.p(
            "I can look for other words if you ask differently, or you ask the people here.",
            class_name="muted",
        ),
        link(
            icon("search", 14),
            "Search this room",
            to=turn.search_path,
            class_name="btn btn-ghost sm",
        ),
        class_name="no-answer",
    )


def _again(turn: rx.Var[TurnRow], is_busy: rx.Var[bool]) -> rx.Component:
    begin = AssistantState.regenerate(turn.id)
    return rx.cond(
        turn.outcome == "failed",
        button(
            icon("rotate-cw", 14),
            "Retry",
            kind="soft",
            class_name="sm",
            disabled=is_busy,
            on_click=begin,
        ),
        icon_button("rotate-cw", "Regenerate answer", disabled=is_busy, on_click=begin),
    )


def _thumb(turn: rx.Var[TurnRow], icon_name: str, label: str, rating: int) -> rx.Component:
    is_set = turn.rating == rating
    return icon_button(
        icon_name,
        label,
        aria_pressed=is_set,
        on_click=AssistantState.rate(turn.id, rx.cond(is_set, 0, rating).to(int)),
    )
