"""Rooms recommended to the person, each with why, and the subjects that one may pick."""

import reflex as rx

from chatrooms.components.controls import button, error_note, icon, link, skeleton
from chatrooms.state.discover import DiscoverState
from chatrooms.state.recommended import InterestsState, RecommendedState
from chatrooms.state.recommended_rows import RecommendedRow, SubjectRow


def recommended() -> rx.Component:
    """The region "Recommended for you"."""
    return rx.el.section(
        rx.el.h2("Recommended for you"),
        rx.el.div(
            rx.cond(RecommendedState.declined_name != "", _declined()),
            role="status",
        ),
        rx.cond(
            RecommendedState.rooms.length() > 0,
            rx.el.div(rx.foreach(RecommendedState.rooms, _card), class_name="cards"),
            rx.cond(
                RecommendedState.is_loaded,
                rx.el.p(
                    "Nothing yet. Look into some rooms, or pick what you are interested in: what"
                    " suits you shows here by itself.",
                    class_name="hint",
                ),
                skeleton(2),
            ),
        ),
        aria_label="Recommended for you",
        class_name="recommended",
    )


def _declined() -> rx.Component:
    return rx.el.p(
        rx.el.span(RecommendedState.declined_name, " is not recommended any more."),
        button("Undo", kind="ghost", class_name="sm", on_click=RecommendedState.take_back),
        class_name="form-row",
    )


def _card(room: rx.Var[RecommendedRow]) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            link(icon("hash", 16), room.name, to="/rooms/" + room.slug, class_name="card-title"),
            button("Join", class_name="sm", on_click=DiscoverState.join(room.slug)),
            class_name="form-row between",
        ),
        rx.cond(room.topic != "", rx.el.p(room.topic, class_name="card-topic")),
        rx.el.p(icon("sparkles", 14), rx.el.span(room.reason), class_name="card-reason"),
        rx.el.footer(
            rx.el.span(icon("users", 14), room.member_count, class_name="with-icon"),
            button(
                "Not interested",
                kind="quiet",
                class_name="sm push",
                on_click=RecommendedState.decline(room.room_id),
            ),
        ),
        aria_label=room.name,
        class_name="card",
        key=room.slug,
    )


def interest_chooser() -> rx.Component:
    """The subjects that rooms are about, to pick from; nothing where rooms are about nothing."""
    return rx.cond(
        InterestsState.subjects.length() > 0,
        rx.el.div(
            rx.el.div(
                rx.foreach(InterestsState.subjects, _subject),
                role="group",
                aria_label="Interests",
                class_name="tags",
            ),
            error_note(InterestsState.error),
        ),
    )


def _subject(subject: rx.Var[SubjectRow]) -> rx.Component:
    return rx.el.button(
        rx.cond(subject.is_picked, icon("check", 14), icon("plus", 14)),
        subject.word,
        type="button",
        aria_pressed=subject.is_picked.to_string(),
        class_name=rx.cond(subject.is_picked, "chip pick is-on", "chip pick"),
        on_click=InterestsState.pick(subject.word, ~subject.is_picked),
        key=subject.word,
    )


def interest_settings() -> rx.Component:
    """Picking subjects, in the settings."""
    return rx.el.section(
        rx.el.h2("What you are interested in"),
        interest_chooser(),
        rx.el.p(
            "Rooms about what you pick are recommended to you. The more time you spend in rooms,"
            " the less this counts. Nobody else sees it.",
            class_name="hint",
        ),
        class_name="panel",
    )
