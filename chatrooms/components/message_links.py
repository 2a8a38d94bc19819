"""Lists of messages in short, each a way to the message itself."""

import reflex as rx

from chatrooms.components.ai_badge import ai_badge
from chatrooms.components.avatar import face_link
from chatrooms.components.browser import current_path, local_moment
from chatrooms.components.controls import icon_button, link
from chatrooms.state.room import RoomState
from chatrooms.state.rows import MessageLinkRow


def message_link(
    row: rx.Var[MessageLinkRow],
    *,
    remove: str,
    on_remove: rx.event.EventSpec,
    can_remove: rx.Var[bool] | bool = True,
    names_room: bool = False,
) -> rx.Component:
    """A message in short; a click shows it. `remove` names the button that takes it off the
    list."""
    inside = (
        rx.el.span(
            rx.el.span(
                rx.el.b(row.author.name),
                ai_badge(row.author),
                rx.el.small(local_moment(row.sent_at)),
                class_name="who",
            ),
            rx.el.span(rx.cond(row.text != "", row.text, "A file"), class_name="link-text"),
            rx.el.small("#", row.room_name) if names_room else rx.fragment(),
            class_name="stack grow",
        ),
    )
    return rx.el.li(
        face_link(row.author, "sm"),
        rx.cond(
            current_path() == "/rooms/" + row.room_slug,
            rx.el.button(
                *inside,
                type="button",
                class_name="link-row",
                on_click=RoomState.jump_to(row.id),
                custom_attrs={"data-jump-to": row.id},
            ),
            link(
                *inside,
                to="/rooms/" + row.room_slug + "?message=" + row.id.to_string(),
                class_name="link-row",
            ),
        ),
        rx.cond(can_remove, icon_button("x", remove, on_click=on_remove)),
        key=row.id.to_string(),
    )
