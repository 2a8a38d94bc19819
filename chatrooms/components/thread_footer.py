"""The line under a message whose thread has replies."""

import reflex as rx

from chatrooms.components.ai_badge import ai_badge
from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_moment
from chatrooms.state.rows import ThreadRow
from chatrooms.state.thread import ThreadState


def thread_footer(
    thread: rx.Var[ThreadRow], root_id: rx.Var[int], *, has_news: rx.Var[bool]
) -> rx.Component:
    """Faces, the number of replies, when the last one came, and a dot for unread ones; opens the
    thread."""
    return rx.el.button(
        rx.foreach(thread.faces, lambda person: avatar(person, size="xs")),
        rx.foreach(thread.faces, ai_badge),
        rx.el.b(thread.count, rx.cond(thread.count == 1, " reply", " replies")),
        rx.el.small("last ", local_moment(thread.last_at)),
        unread_dot(has_news),
        type="button",
        class_name="thread-footer",
        on_click=ThreadState.open(root_id),
        custom_attrs={"data-action": "open-thread"},
    )


def unread_dot(is_unread: rx.Var[bool]) -> rx.Component:
    """A dot that says that there are unread replies."""
    return rx.cond(
        is_unread,
        rx.el.span(rx.el.span(" unread", class_name="sr-only"), class_name="unread-dot"),
    )
