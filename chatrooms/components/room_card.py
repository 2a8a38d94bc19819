"""A public room as a card of the Discover page."""

import reflex as rx

from chatrooms.components.browser import local_ago, local_date_time
from chatrooms.components.controls import button, chip, icon, link
from chatrooms.state.discover import DiscoverState
from chatrooms.state.rows import PublicRoomRow, SegmentRow


def room_card(room: rx.Var[PublicRoomRow]) -> rx.Component:
    """Name, topic, description and size, what was found of them marked, with Join or Open."""
    return rx.el.article(
        rx.el.div(
            link(
                icon("hash", 16),
                rx.el.span(rx.foreach(room.name_parts, _segment)),
                to="/rooms/" + room.slug,
                class_name="card-title",
            ),
            rx.cond(
                room.is_member,
                link("Open", to="/rooms/" + room.slug, class_name="btn btn-ghost sm"),
                button("Join", class_name="sm", on_click=DiscoverState.join(room.slug)),
            ),
            class_name="form-row between",
        ),
        rx.cond(
            room.topic_parts.length() > 0,
            rx.el.p(rx.foreach(room.topic_parts, _segment), class_name="card-topic"),
        ),
        rx.cond(
            room.description_parts.length() > 0,
            rx.el.p(rx.foreach(room.description_parts, _segment), class_name="card-text"),
        ),
        rx.el.div(
            rx.cond(
                room.is_near, chip(icon("sparkles", 12), "Close in meaning", class_name="sm near")
            ),
            rx.foreach(room.tag_parts, _tag),
            class_name="tags",
        ),
        rx.el.footer(
            rx.el.span(
                icon("users", 14),
                room.member_count,
                rx.cond(room.member_count == 1, " member", " members"),
                class_name="with-icon",
            ),
            rx.el.span(
                "Active ",
                rx.el.time(
                    local_ago(room.active_at),
                    date_time=room.active_at,
                    title=local_date_time(room.active_at),
                ),
            ),
            rx.cond(
                room.topic_slug != "",
                button(
                    room.topic_name,
                    kind="plain",
                    class_name="card-filed",
                    aria_label="Rooms in " + room.topic_name,
                    on_click=DiscoverState.show_topic(room.topic_slug),
                ),
            ),
        ),
        aria_label=room.name,
        class_name="card",
        key=room.slug,
    )


def _tag(tag: rx.Var[SegmentRow]) -> rx.Component:
    return button(
        rx.cond(tag.is_marked, rx.el.mark(tag.text), rx.el.span(tag.text)),
        kind="plain",
        class_name="chip sm chip-btn",
        aria_label="Rooms tagged " + tag.text,
        on_click=DiscoverState.show_tag(tag.text),
    )


def _segment(segment: rx.Var[SegmentRow]) -> rx.Component:
    return rx.cond(segment.is_marked, rx.el.mark(segment.text), rx.el.span(segment.text))
