"""One question and its answer. Skipped by React unless something in it changed."""

import reflex as rx

from chatrooms.components.answer_body import answer_body
from chatrooms.components.browser import local_time
from chatrooms.components.controls import button, icon, icon_button, link
from chatrooms.components.source_list import source_list
from chatrooms.state.assistant import AssistantState
from chatrooms.state.rows import TurnRow


@rx.memo
def assistant_turn(
    turn: rx.Var[TurnRow], written: rx.Var[str], is_busy: rx.Var[bool]
) -> rx.Component:
    """A turn. `written`: what is there already of an answer that is being written; `is_busy`:
    whether one is."""
    is_running = turn.outcome == "running"
    return rx.el.div(
        rx.el.p(rx.el.span("You asked: ", class_name="sr-only"), turn.question, class_name="asked"),
        rx.el.article(
            rx.el.header(
                icon("sparkles", 14),
                rx.el.b("Assistant"),
                rx.el.time(local_time(turn.asked_at), date_time=turn.asked_at),
                class_name="who",
            ),
            rx.cond(is_running, _running(written), _ended(turn, is_busy)),
            aria_label="Assistant at " + local_time(turn.asked_at),
            aria_busy=is_running,
            tab_index=-1,
            class_name="answer",
            custom_attrs={"data-outcome": turn.outcome, "data-turn": turn.id},
        ),
        class_name="turn",
        custom_attrs={"data-asked": turn.client_id},
    )


def _running(written: rx.Var[str]) -> rx.Component:
    return rx.cond(
        written != "",
        rx.el.div(answer_body(text=written, sources=9999), class_name="being-written"),
        rx.el.p("Looking through the room", rx.el.span(class_name="dots"), class_name="muted"),
    )


def _ended(turn: rx.Var[TurnRow], is_busy: rx.Var[bool]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            turn.is_withdrawn,
            rx.el.p(
                icon("circle-slash", 14),
                "This answer rests on a message that was changed or taken away since. Ask again.",
                class_name="gone",
            ),
            answer_body(text=turn.answer, sources=turn.sources.length()),
        ),
        rx.match(
            turn.outcome,
            ("no_answer", _no_answer(turn)),
            ("stopped", rx.el.p(icon("square", 12), "Stopped", class_name="hint with-icon")),
            ("failed", rx.el.p(icon("circle-alert", 14), turn.problem, class_name="note bad")),
            rx.fragment(),
        ),
        rx.cond(
            (turn.outcome == "answered") & (turn.sources.length() == 0) & ~turn.is_withdrawn,
            rx.el.p("Names no message of this room as its source.", class_name="hint"),
        ),
        source_list(turn.sources),
        _tools(turn, is_busy),
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


def _tools(turn: rx.Var[TurnRow], is_busy: rx.Var[bool]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            turn.answer != "",
            rx.fragment(
                icon_button("copy", "Copy answer", custom_attrs={"data-copy": turn.answer}),
                _thumb(turn, "thumbs-up", "Good answer", 1),
                _thumb(turn, "thumbs-down", "Bad answer", -1),
            ),
        ),
        rx.cond(
            turn.outcome == "failed",
            button(
                icon("rotate-cw", 14),
                "Retry",
                kind="soft",
                class_name="sm",
                disabled=is_busy,
                on_click=AssistantState.regenerate(turn.id),
            ),
            icon_button(
                "rotate-cw",
                "Regenerate answer",
                disabled=is_busy,
                on_click=AssistantState.regenerate(turn.id),
            ),
        ),
        class_name="turn-tools",
    )


def _thumb(turn: rx.Var[TurnRow], icon_name: str, label: str, rating: int) -> rx.Component:
    is_set = turn.rating == rating
    return icon_button(
        icon_name,
        label,
        aria_pressed=is_set,
        on_click=AssistantState.rate(turn.id, rx.cond(is_set, 0, rating).to(int)),
    )
