"""What an answer in the pane "Room assistant" and a catch-up have in common: what is there of it
while it is written, what became of it, and its sources."""

from typing import Any

import reflex as rx

from chatrooms.components.answer_body import answer_body
from chatrooms.components.controls import icon, icon_button
from chatrooms.components.source_list import source_list
from chatrooms.state.rows import TurnRow

_ANY = 9999
"""While it is written nobody knows how many sources there will be."""


def answer_article(
    turn: rx.Var[TurnRow],
    *below: rx.Component,
    title: str | rx.Component,
    at: Any,
    label: Any,
    running: rx.Component,
    ended: rx.Component,
    class_name: str = "answer",
    **props: Any,
) -> rx.Component:
    """The turn as an article. `at`: its time in words; `label`: its name for assistive technology;
    `running` is shown while it is written, `ended` from then on, `below` always."""
    is_running = turn.outcome == "running"
    return rx.el.article(
        rx.el.header(
            icon("sparkles", 14),
            rx.el.b(title),
            rx.el.time(at, date_time=turn.asked_at),
            class_name="who",
        ),
        rx.cond(is_running, running, ended),
        *below,
        aria_label=label,
        aria_busy=is_running,
        class_name=class_name,
        **props,
    )


def answer_so_far(written: rx.Var[str], *, waiting: str) -> rx.Component:
    """What is there of an answer that is being written, or `waiting` before anything is."""
    return rx.cond(
        written != "",
        rx.el.div(answer_body(text=written, sources=_ANY), class_name="being-written"),
        rx.el.p(waiting, rx.el.span(class_name="dots"), class_name="muted"),
    )


def answer_ended(turn: rx.Var[TurnRow], *, withdrawn: str, no_answer: rx.Component) -> rx.Component:
    """What became of a turn, and its sources. `withdrawn` is said in place of an answer that is
    shown no more, `no_answer` where there is none."""
    return rx.fragment(
        rx.cond(
            turn.is_withdrawn,
            rx.el.p(icon("circle-slash", 14), withdrawn, class_name="gone"),
            answer_body(text=turn.answer, sources=turn.sources.length()),
        ),
        rx.match(
            turn.outcome,
            ("no_answer", no_answer),
            ("stopped", rx.el.p(icon("square", 12), "Stopped", class_name="hint with-icon")),
            ("failed", rx.el.p(icon("circle-alert", 14), turn.problem, class_name="note bad")),
            rx.fragment(),
        ),
        rx.cond(
            (turn.outcome == "answered") & (turn.sources.length() == 0) & ~turn.is_withdrawn,
            rx.el.p("Names no message as its source.", class_name="hint"),
        ),
        rx.cond(turn.by_words & ~turn.is_withdrawn, _by_words()),
        source_list(turn.sources),
    )


def _by_words() -> rx.Component:
    return rx.el.p(
        icon("whole-word", 12),
        "Mostly by words: search by meaning is not ready.",
        class_name="hint with-icon",
    )


def answer_tools(
    turn: rx.Var[TurnRow], *others: rx.Component, again: rx.Component, copy: str
) -> rx.Component:
    """Buttons below a turn: copying it under that label if there is text, the `others` also if it
    is that there is no answer, and having it written `again`."""
    has_text = turn.answer != ""
    return rx.el.div(
        rx.cond(has_text, icon_button("copy", copy, custom_attrs={"data-copy": turn.answer})),
        rx.cond(has_text | (turn.outcome == "no_answer"), rx.fragment(*others)),
        again,
        class_name="turn-tools",
    )
