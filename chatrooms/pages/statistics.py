"""How much a room talks: the page for its members."""

import reflex as rx

from chatrooms.components.browser import own_zone
from chatrooms.components.controls import empty_state, link, skeleton
from chatrooms.components.statistics import statistics
from chatrooms.pages.frame import frame, room_page_head
from chatrooms.state.statistics import StatisticsState

_CHOICES = (30, 90)


def statistics_page() -> rx.Component:
    """The statistics of the room of this address."""
    return frame(
        _head(),
        rx.el.div(
            rx.match(
                StatisticsState.status,
                ("open", rx.cond(StatisticsState.is_loaded, statistics(), skeleton(8))),
                (
                    "visitor",
                    empty_state(
                        "chart-column",
                        "For members of the room",
                        "Join the room to see how much is said in it, when, and by whom.",
                        link(
                            "Go to the room",
                            to="/rooms/" + StatisticsState.slug,
                            class_name="btn btn-solid",
                        ),
                    ),
                ),
                (
                    "unavailable",
                    empty_state(
                        "chart-column",
                        "Nothing here",
                        "This room does not exist, or you do not have access to it.",
                    ),
                ),
                rx.fragment(),
            ),
            class_name="scroll",
            on_mount=StatisticsState.tell_zone(own_zone()),
        ),
        name="statistics",
    )


def _head() -> rx.Component:
    return room_page_head(
        "Statistics",
        rx.cond(
            StatisticsState.status == "open",
            rx.el.div(
                *map(_choice, _CHOICES),
                role="radiogroup",
                aria_label="Time",
                class_name="choices",
            ),
        ),
        slug=StatisticsState.slug,
        room_name=StatisticsState.room_name,
    )


def _choice(days: int) -> rx.Component:
    return rx.el.button(
        f"{days} days",
        type="button",
        role="radio",
        aria_checked=StatisticsState.days == days,
        on_click=StatisticsState.choose(days),
    )
