"""What a room's decisions taught the model: before and after, training, rolling back."""

import reflex as rx

from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import button, error_note, icon, success_note
from chatrooms.components.data_table import data_table
from chatrooms.services.moderation.training import ENOUGH
from chatrooms.state.learning import LearningState
from chatrooms.state.policy_rows import MeasureRow, TrainingRow


def learning_panel() -> rx.Component:
    """The panel with the correction in use, its proof, and the trainings so far."""
    return rx.el.section(
        rx.el.h2("Learning"),
        rx.el.p(
            "Decisions teach the model what this room keeps and removes. What it learns from the "
            "older ones is used only if it proves better on the newest.",
            class_name="hint",
        ),
        rx.cond(LearningState.active.version > 0, _active(), _none()),
        _enough(),
        error_note(LearningState.error),
        success_note(LearningState.message),
        rx.cond(LearningState.can_change, _actions()),
        rx.cond(LearningState.trainings.length() > 0, _history()),
        class_name="panel settings-panel",
        aria_label="Learning",
    )


def _none() -> rx.Component:
    return rx.el.p("No correction is in use: the shared model judges as it is.")


def _active() -> rx.Component:
    active = LearningState.active
    return rx.fragment(
        rx.el.p(
            rx.el.b("Correction ", active.version),
            " is in use since ",
            local_date_time(active.at),
            ", asked for by ",
            active.by,
            ".",
        ),
        rx.cond(
            LearningState.is_set_aside,
            rx.el.p(
                icon("triangle-alert"),
                rx.el.span(
                    "It was learnt on another shared model and is set aside until the room trains "
                    "again."
                ),
                class_name="note plain",
            ),
        ),
        data_table(
            "Proof of the correction in use",
            ("On the newest decisions", "Before", "After"),
            rx.foreach(LearningState.measured, _measure),
            is_captioned=False,
        ),
    )


def _measure(row: rx.Var[MeasureRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.name, scope="row", class_name="may-wrap"),
        rx.el.td(row.before),
        rx.el.td(rx.el.b(row.after)),
    )


def _enough() -> rx.Component:
    return rx.el.p(
        rx.cond(LearningState.is_enough, icon("gauge"), icon("hourglass")),
        rx.el.span(
            "Moderators kept ",
            LearningState.kept,
            rx.cond(LearningState.kept == 1, " message", " messages"),
            " and removed ",
            LearningState.removed,
            rx.cond(LearningState.is_enough, ".", f"; {ENOUGH} of each are needed to learn."),
        ),
        class_name="note plain",
    )


def _actions() -> rx.Component:
    return rx.el.div(
        rx.cond(
            LearningState.is_running,
            rx.el.span(icon("loader-circle"), " Learning…", role="status", class_name="muted"),
        ),
        rx.cond(
            LearningState.active.version > 0,
            button(
                "Roll back",
                kind="ghost",
                on_click=LearningState.roll_back(LearningState.active.version),
            ),
        ),
        button(
            "Train on this room's decisions",
            kind="soft",
            disabled=LearningState.is_running | ~LearningState.is_enough,
            on_click=LearningState.train,
        ),
        class_name="dialog-actions",
    )


def _history() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Trainings so far"),
        data_table(
            "Trainings so far",
            ("No.", "When", "By", "Outcome", "Precision"),
            rx.foreach(LearningState.trainings, _training),
            is_captioned=False,
        ),
    )


def _training(row: rx.Var[TrainingRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.version, scope="row"),
        rx.el.td(local_date_time(row.at)),
        rx.el.td(row.by),
        rx.el.td(row.outcome),
        rx.el.td(row.proof),
    )
