"""The messages that something written by the assistant rests on."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_moment
from chatrooms.components.message_body import message_body
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import SourceRow


def source_list(sources: rx.Var[list[SourceRow]]) -> rx.Component:
    """Messages of the open room with their numbers. Hovering shows more of one, a click leads to
    it; nothing if there are none."""
    return rx.cond(
        sources.length() > 0,
        rx.el.div(
            rx.el.h3("Sources"),
            rx.el.ol(rx.foreach(sources, _source), aria_label="Sources", class_name="sources"),
        ),
    )


def _source(source: rx.Var[SourceRow]) -> rx.Component:
    return rx.el.li(
        rx.hover_card.root(
            rx.hover_card.trigger(_permalink(source)),
            rx.hover_card.content(
                rx.el.div(
                    rx.el.b(source.author.name),
                    rx.el.small(local_moment(source.sent_at)),
                    rx.cond(source.in_thread, rx.el.small("in a thread")),
                    class_name="who",
                ),
                message_body(text=source.preview, mentions=""),
                side="left",
                max_width="360px",
                class_name="source-preview",
            ),
            open_delay=250,
        ),
        key=source.message_id.to_string(),
    )


def _permalink(source: rx.Var[SourceRow]) -> rx.Component:
    number = source.message_id.to_string()
    return rx.el.a(
        rx.el.span(source.number, class_name="cite"),
        avatar(source.author, "xs"),
        rx.el.span(
            rx.el.span(
                rx.el.b(source.author.name),
                rx.el.small(local_moment(source.sent_at)),
                class_name="who",
            ),
            rx.el.span(rx.cond(source.text != "", source.text, "A file"), class_name="link-text"),
            class_name="stack grow",
        ),
        href="/rooms/" + LiveState.room.slug + "?message=" + number,
        on_click=RoomState.jump_to(source.message_id).prevent_default,
        class_name="source",
        custom_attrs={"data-jump-to": source.message_id},
    )
