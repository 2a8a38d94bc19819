"""What authors see of their own messages that moderation holds or keeps back."""

from collections.abc import Callable

import reflex as rx

from chatrooms.components.appeal_form import appeal_form
from chatrooms.components.avatar import avatar
from chatrooms.components.browser import local_time
from chatrooms.components.controls import button, icon
from chatrooms.components.delete_message import delete_dialog
from chatrooms.components.marked_text import offered, segment
from chatrooms.components.message_body import message_body
from chatrooms.components.message_files import message_files
from chatrooms.state.live import LiveState
from chatrooms.state.rows import MessageRow, StandingRow
from chatrooms.state.session import SessionState
from chatrooms.state.standing import StandingState


def held_messages(tail: rx.Var[list[MessageRow]], thread_id: rx.Var[int] | int) -> rx.Component:
    """The person's own messages that have no place in the room yet, below its newest message, or
    in the open thread. One that took its place leaves as soon as `tail` shows it there."""
    latest = rx.cond(tail.length() > 0, tail[-1].position, 0).to(int)
    last_author = rx.cond(tail.length() > 0, tail[-1].author.id, 0).to(int)

    def shown(row: rx.Var[StandingRow]) -> rx.Component:
        has_arrived = rx.cond(
            row.position > 0,
            latest >= row.position,
            tail.contains(row.message_id, "id"),
        ).to(bool)
        is_here = row.is_held & (row.thread_id == thread_id)
        is_head = row.is_head | (row.is_first & (last_author != SessionState.me.id))
        return rx.cond(is_here & ~has_arrived, _held(row, is_head))

    return _each(shown)


def _each(shown: Callable[[rx.Var[StandingRow]], rx.Component]) -> rx.Component:
    return rx.fragment(
        rx.foreach(StandingState.earlier, shown), rx.foreach(StandingState.rows, shown)
    )


def _held(row: rx.Var[StandingRow], is_head: rx.Var[bool]) -> rx.Component:
    me = SessionState.me
    checking = rx.cond(
        row.is_checking,
        rx.el.span(icon("hourglass", 11), "Checking...", class_name="edited with-icon"),
    )
    return rx.el.article(
        rx.cond(is_head, avatar(me), rx.el.span(class_name="margin-time")),
        rx.el.div(
            rx.cond(
                is_head,
                rx.el.header(
                    rx.el.b(me.name),
                    rx.el.time(local_time(row.sent_at), date_time=row.sent_at),
                    checking,
                    class_name="who",
                ),
            ),
            rx.cond(
                row.is_checking,
                rx.fragment(
                    rx.cond(row.body != "", message_body(text=row.body, mentions="")),
                    offered(row.choices),
                    rx.cond(is_head, rx.fragment(), checking),
                ),
                _details(row),
            ),
            message_files(row.files),
            class_name="message-main",
        ),
        aria_label=me.name + " at " + local_time(row.sent_at),
        class_name=rx.cond(
            row.is_checking,
            rx.cond(is_head, "message held", "message held cont"),
            rx.cond(is_head, "message", "message cont"),
        ),
        key=row.client_id,
        custom_attrs={
            "data-client-id": row.client_id,
            "data-held": row.message_id,
            "data-author-id": me.id,
            "data-sent-at": row.sent_at,
        },
    )


@rx.memo
def own_details(message_id: rx.Var[int]) -> rx.Component:
    """Beneath an own message of the timeline that moderation keeps back: its text, why, and what
    one can do about it."""

    def shown(row: rx.Var[StandingRow]) -> rx.Component:
        is_here = (row.message_id == message_id) & ~row.is_held & ~row.is_edit
        return rx.cond(is_here, _details(row), rx.fragment())

    return _each(shown)


@rx.memo
def own_edit(message_id: rx.Var[int], body: rx.Var[str]) -> rx.Component:
    """Before the text of an own message of the timeline: what it was changed to, while others still
    see `body`. The style sheet hides that then."""

    def change(row: rx.Var[StandingRow]) -> rx.Component:
        is_here = row.is_edit & (row.message_id == message_id) & (row.body != body)
        return rx.cond(
            is_here,
            rx.el.div(
                message_body(text=row.body, mentions=""),
                rx.el.small(icon("hourglass", 11), "Checking...", class_name="edited with-icon"),
                class_name="own-edit",
            ),
        )

    return _each(change)


def _details(row: rx.Var[StandingRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(row.is_held, rx.el.p(icon("shield", 14), row.status, class_name="gone withheld")),
        rx.cond(row.body != "", rx.el.blockquote(rx.foreach(row.segments, segment))),
        offered(row.choices),
        rx.el.p("Only you and moderators see this. ", row.why, class_name="hint"),
        rx.cond(row.answer != "", rx.el.p(row.answer, class_name="hint", role="status")),
        rx.cond(
            StandingState.appealing_id == row.message_id,
            appeal_form(
                "Why should it be shown?",
                StandingState.error,
                on_submit=StandingState.send_appeal,
                on_cancel=StandingState.stop_appeal,
            ),
            rx.el.div(
                rx.cond(
                    row.can_appeal,
                    button(
                        icon("scale", 14),
                        "Appeal",
                        kind="ghost",
                        class_name="sm",
                        on_click=StandingState.start_appeal(row.message_id),
                    ),
                ),
                _delete(row),
                class_name="form-row",
            ),
        ),
        class_name="standing",
    )


def _delete(row: rx.Var[StandingRow]) -> rx.Component:
    return delete_dialog(
        button(icon("trash-2", 14), "Delete", kind="ghost", class_name="sm"),
        message_id=row.message_id,
        body=row.body,
        consequence="Its text is erased. Nobody decides about it any more.",
    )


def timeline_tail() -> rx.Component:
    """What stands below the newest message of the timeline."""
    return rx.cond(LiveState.has_newer, rx.fragment(), held_messages(LiveState.tail, 0))
