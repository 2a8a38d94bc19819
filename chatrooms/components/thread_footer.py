"""The line under a message whose thread has replies."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_date_time
from chatrooms.state.rows import ThreadRow


def thread_footer(thread: rx.Var[ThreadRow]) -> rx.Component:
    """Faces, the number of replies, and when the last one came."""
    return rx.el.div(
        rx.foreach(thread.faces, lambda person: avatar(person, size="xs")),
        rx.el.b(thread.count, rx.cond(thread.count == 1, " reply", " replies")),
        rx.el.small("last ", local_date_time(thread.last_at)),
        class_name="thread-footer",
    )
