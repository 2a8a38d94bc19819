"""What a search found."""

import reflex as rx

from chatrooms.components.avatar import face_link
from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import (
    back_link,
    button,
    chip,
    empty_state,
    error_note,
    link,
    skeleton,
)
from chatrooms.components.room_header import room_sign
from chatrooms.components.search_box import search_box
from chatrooms.pages.frame import frame
from chatrooms.state.rows import HitRow, SegmentRow
from chatrooms.state.search import SearchState

_OPERATORS = (
    ('"two winters"', "exactly these words, side by side"),
    ("-cold", "without this word"),
    ("from:mara", "by this person; from:me for your own"),
    ("in:garden", 'in this room; in:"Sunday baking" if its name has blanks'),
    ("has:link", "with a link; also has:poll, has:file, has:thread"),
    ("after:2026-01-31", "sent on that day or later"),
    ("before:2026-01-31", "sent before that day"),
)


def search_page() -> rx.Component:
    """The hits of the question in the address, or how to ask."""
    return frame(
        _head(),
        rx.el.div(
            error_note(SearchState.error),
            rx.cond(
                (SearchState.where != "") & (SearchState.query != ""),
                rx.el.p(SearchState.where, class_name="hint search-where"),
            ),
            rx.cond(
                SearchState.hits.length() > 0,
                _hits(),
                rx.cond(SearchState.is_loaded, _nothing(), skeleton(6)),
            ),
            class_name="scroll",
        ),
        name="search",
    )


def _head() -> rx.Component:
    return rx.el.header(
        back_link(),
        rx.el.div(
            rx.el.h1("Search"),
            rx.el.p(
                rx.cond(SearchState.query != "", SearchState.query, "Messages you can read"),
                class_name="cut",
            ),
            class_name="grow cut search-title",
        ),
        search_box(class_name="grow narrow-only"),
        rx.cond(SearchState.query != "", _orders()),
        class_name="pane-head search-head",
    )


def _orders() -> rx.Component:
    return rx.el.nav(
        _order("Newest", "newest"),
        _order("Best", "best"),
        _order("Meaning", "meaning"),
        aria_label="Order",
        class_name="segmented",
    )


def _order(word: str, order: str) -> rx.Component:
    is_here = SearchState.order == order
    return button(
        word,
        kind="plain",
        on_click=SearchState.sort(order),
        custom_attrs={"aria-pressed": rx.cond(is_here, "true", "false")},
    )


def _hits() -> rx.Component:
    return rx.fragment(
        rx.el.ul(
            rx.foreach(SearchState.hits, _hit), aria_label="Search results", class_name="hits"
        ),
        rx.cond(
            SearchState.has_more,
            button("Show more", kind="ghost", on_click=SearchState.load_more),
        ),
        rx.el.p(
            SearchState.hits.length(),
            rx.cond(SearchState.hits.length() == 1, " message found", " messages shown"),
            role="status",
            class_name="sr-only",
        ),
    )


def _hit(hit: rx.Var[HitRow]) -> rx.Component:
    return rx.el.li(
        face_link(hit.author),
        link(
            rx.el.span(
                rx.el.span(
                    rx.el.b(hit.author.name),
                    rx.el.span(room_sign(hit.is_private, 13), hit.room_name, class_name="hit-room"),
                    rx.cond(hit.in_thread, chip("Thread", class_name="sm")),
                    rx.el.time(local_date_time(hit.sent_at), date_time=hit.sent_at),
                    class_name="hit-line",
                ),
                rx.el.span(rx.foreach(hit.snippet, _segment), class_name="hit-text"),
                class_name="grow",
            ),
            to=hit.path,
            class_name="hit-link grow",
        ),
        class_name="hit",
        key=hit.message_id.to_string(),
    )


def _segment(segment: rx.Var[SegmentRow]) -> rx.Component:
    return rx.cond(segment.is_marked, rx.el.mark(segment.text), rx.el.span(segment.text))


def _nothing() -> rx.Component:
    return rx.el.div(
        rx.cond(
            SearchState.query == "",
            empty_state(
                "search", "Search messages", "Words in any form: planted finds planting too."
            ),
            empty_state(
                "search-x",
                "Nothing found",
                rx.cond(
                    SearchState.order == "meaning",
                    "No message there is near in meaning. Say in a few words what it is about.",
                    "No message that you can read fits. Try fewer words, or Meaning.",
                ),
            ),
        ),
        rx.el.dl(
            *(
                rx.el.div(rx.el.dt(rx.el.code(operator)), rx.el.dd(meaning))
                for operator, meaning in _OPERATORS
            ),
            aria_label="Search operators",
            class_name="operators",
        ),
    )
