"""The list of threads that the person follows."""

import reflex as rx

from chatrooms.components.avatar import avatar
from chatrooms.components.browser import current_path, local_moment
from chatrooms.components.controls import button, empty_state, link, skeleton
from chatrooms.components.pane import pane
from chatrooms.components.thread_footer import unread_dot
from chatrooms.state.rows import ThreadLinkRow
from chatrooms.state.thread import ThreadState
from chatrooms.state.threads import ThreadsState


def threads_pane() -> rx.Component:
    """Followed threads of all rooms, unread ones first."""
    return pane(
        "threads",
        "Threads",
        rx.cond(
            ThreadsState.threads.length() > 0,
            rx.el.ul(
                rx.foreach(ThreadsState.threads, _thread),
                aria_label="Threads",
                class_name="links",
            ),
            rx.cond(
                ThreadsState.is_loaded,
                empty_state(
                    "messages-square",
                    "No threads yet",
                    "Reply to a message, and its thread is listed here.",
                ),
                skeleton(4),
            ),
        ),
        rx.cond(
            ThreadsState.has_more,
            button("Load more", kind="ghost", class_name="sm", on_click=ThreadsState.load_more),
        ),
    )


def _thread(row: rx.Var[ThreadLinkRow]) -> rx.Component:
    inside = rx.el.span(
        rx.el.span(
            rx.el.small("#", row.room_name, class_name="cut grow"),
            unread_dot(row.is_unread),
            class_name="who",
        ),
        rx.el.span(
            rx.el.b(row.author, ": "),
            rx.cond(row.text != "", row.text, "Message deleted"),
            class_name="link-text",
        ),
        rx.el.span(
            rx.foreach(row.thread.faces, lambda person: avatar(person, size="xs")),
            rx.el.small(
                row.thread.count,
                rx.cond(row.thread.count == 1, " reply", " replies"),
                ", last ",
                local_moment(row.thread.last_at),
            ),
            class_name="link-foot",
        ),
        class_name="stack grow",
    )
    return rx.el.li(
        rx.cond(
            current_path() == "/rooms/" + row.room_slug,
            rx.el.button(
                inside, type="button", class_name="link-row", on_click=ThreadState.open(row.id)
            ),
            link(
                inside,
                to="/rooms/" + row.room_slug + "?thread=" + row.id.to_string(),
                class_name="link-row",
            ),
        ),
        class_name=rx.cond(row.is_unread, "is-unread", ""),
        key=row.id.to_string(),
    )
