"""The messages that something written by the assistant rests on."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_moment
from chatrooms.components.controls import icon, link
from chatrooms.components.message_body import message_body
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import SourceRow


def source_list(sources: rx.Var[list[SourceRow]]) -> rx.Component:
    """Messages with their numbers, those of other rooms with the room's name. Hovering shows more
    of one, a click leads to it; nothing if there are none."""
    return rx.cond(
        sources.length() > 0,
        rx.el.div(
            rx.el.h3("Sources"),
            rx.el.ol(rx.foreach(sources, _source), aria_label="Sources", class_name="sources"),
        ),
    )


def _source(source: rx.Var[SourceRow]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            source.room != "",
            _with_preview(source, link(*_in_short(source), to=source.path, class_name="source")),
            _with_preview(source, _permalink(source)),
        ),
        key=source.message_id.to_string(),
    )


def _with_preview(source: rx.Var[SourceRow], permalink: rx.Component) -> rx.Component:
    return rx.hover_card.root(
        rx.hover_card.trigger(permalink),
        rx.hover_card.content(
            rx.el.div(
                rx.el.b(source.author.name),
                rx.el.small(local_moment(source.sent_at)),
                rx.cond(source.in_thread, rx.el.small("in a thread")),
                _room(source),
                class_name="who",
            ),
            message_body(text=source.preview, mentions=""),
            side="left",
            max_width="360px",
            class_name="source-preview",
        ),
        open_delay=250,
    )


def _permalink(source: rx.Var[SourceRow]) -> rx.Component:
    number = source.message_id.to_string()
    return rx.el.a(
        *_in_short(source),
        href="/rooms/" + LiveState.room.slug + "?message=" + number,
        on_click=RoomState.jump_to(source.message_id).prevent_default,
        class_name="source",
        custom_attrs={"data-jump-to": source.message_id},
    )


def _in_short(source: rx.Var[SourceRow]) -> tuple[rx.Component, ...]:
    return (
        rx.el.span(source.number, class_name="cite"),
        avatar(source.author, "xs"),
        rx.el.span(
            rx.el.span(
                rx.el.b(source.author.name),
                rx.el.small(local_moment(source.sent_at)),
                class_name="who",
            ),
            _room(source),
            rx.el.span(rx.cond(source.text != "", source.text, "A file"), class_name="link-text"),
            class_name="stack grow",
        ),
    )


def _room(source: rx.Var[SourceRow]) -> rx.Component:
    return rx.cond(
        source.room != "",
        rx.el.small(
            icon("hash", 12), rx.el.span("in ", rx.el.b(source.room)), class_name="source-room"
        ),
    )
