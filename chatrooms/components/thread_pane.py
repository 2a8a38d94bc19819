"""A thread beside the room: its message, the replies, and where one replies.

The browser script `thread.js` keeps the reader's place in it; `composer.js` owns the text.
"""

import reflex as rx

from chatrooms.components.being_written import being_written
from chatrooms.components.controls import button, icon, skeleton
from chatrooms.components.message_list import message_as, message_in
from chatrooms.components.pane import pane
from chatrooms.components.quoting import quoting
from chatrooms.components.slow_mode import slow_mode_note
from chatrooms.components.standing import held_messages
from chatrooms.components.typing import typing_line
from chatrooms.components.unheard import unheard_note
from chatrooms.components.uploads import attach_button, upload_list
from chatrooms.state.live import AnswerState, LiveState, ReaderState
from chatrooms.state.marks import MarksState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import MessageRow
from chatrooms.state.thread import ThreadState


def thread_pane() -> rx.Component:
    """The open thread."""
    return pane(
        "thread",
        "Thread",
        rx.cond(LiveState.thread.id != 0, _messages(), rx.el.div(skeleton(4), class_name="grow")),
        rx.cond(
            RoomState.rights.can_post & ~LiveState.room.is_archived & (LiveState.thread.id != 0),
            _box(),
        ),
        tools=(_follow(),),
        class_name="thread",
        attributes={"data-thread": LiveState.thread.id},
    )


def _follow() -> rx.Component:
    is_following = MarksState.follows.contains(LiveState.thread.id)
    return button(
        rx.cond(is_following, icon("bell-off", 14), icon("bell", 14)),
        rx.cond(is_following, "Unfollow", "Follow"),
        kind="ghost",
        class_name="sm",
        on_click=ThreadState.set_following(~is_following),
    )


def _messages() -> rx.Component:
    return rx.el.div(
        message_as(LiveState.thread, previous_at="", is_editing=False, in_thread=True),
        _count(),
        rx.cond(LiveState.has_older_replies, _more()),
        rx.el.div(
            rx.foreach(_replies(), _reply),
            custom_attrs={"data-replies": "true"},
        ),
        rx.cond(_is_past(), rx.fragment(), rx.foreach(AnswerState.thread_answers, being_written)),
        rx.cond(_is_past(), _later()),
        rx.cond(
            _is_past(),
            rx.fragment(),
            held_messages(LiveState.reply_tail, LiveState.thread.id),
        ),
        rx.el.div(class_name="outbox", custom_attrs={"data-outbox": "true"}),
        role="log",
        aria_label="Replies",
        aria_live="off",
        tab_index=0,
        class_name="thread-log",
        custom_attrs={
            "data-thread-log": LiveState.thread.id,
            "data-target": ThreadState.target_id,
            "data-has-newer": _is_past(),
            "data-latest": rx.cond(
                LiveState.reply_tail.length() > 0, LiveState.reply_tail[-1].position, 0
            ).to(int),
        },
    )


def _is_past() -> rx.Var[bool]:
    """Whether a stretch deep in the thread is shown, and not the newest replies."""
    return rx.Var.create(ReaderState.has_newer_replies).to(bool)


def _reply(reply: rx.Var[MessageRow], index: rx.Var[int]) -> rx.Component:
    return message_in(_replies(), reply, index, before=LiveState.thread.sent_at, in_thread=True)


def _replies() -> rx.Var[list[MessageRow]]:
    """One list, so that a reply moving from the tail to those before it stays mounted."""
    shown = LiveState.older_replies + LiveState.replies + LiveState.reply_tail
    return rx.cond(_is_past(), LiveState.older_replies, shown).to(list[MessageRow])


def _count() -> rx.Component:
    count = rx.cond(LiveState.thread.threads.length() > 0, LiveState.thread.threads[0].count, 0).to(
        int
    )
    return rx.el.div(
        rx.el.span(
            rx.cond(
                count > 0,
                rx.fragment(count, rx.cond(count == 1, " reply", " replies")),
                "No replies yet",
            )
        ),
        class_name="date",
    )


def _more() -> rx.Component:
    return rx.el.div(
        button(
            icon("loader", 14),
            "Load earlier replies",
            kind="ghost",
            class_name="sm",
            on_click=ThreadState.load_older,
        ),
        class_name="log-more",
    )


def _later() -> rx.Component:
    return rx.el.div(
        button(
            "Load later replies", kind="ghost", class_name="sm", on_click=ThreadState.load_newer
        ),
        button(
            "Jump to the newest",
            kind="ghost",
            class_name="sm",
            custom_attrs={"data-thread-latest": "true"},
        ),
        class_name="log-more",
    )


def _box() -> rx.Component:
    return rx.el.footer(
        typing_line(ReaderState.thread_typing),
        rx.el.div(
            slow_mode_note(),
            unheard_note(LiveState.thread.id),
            rx.cond(
                ThreadState.quote_id != 0,
                quoting(
                    ThreadState.quote_author,
                    ThreadState.quote_text,
                    on_cancel=ThreadState.cancel_quote,
                ),
            ),
            rx.el.textarea(
                aria_label="Reply",
                placeholder="Reply",
                rows=1,
                enter_key_hint="send",
                class_name="grows",
                custom_attrs={"data-composer": "true"},
            ),
            upload_list(LiveState.thread.id.to_string()),
            rx.el.div(
                attach_button(),
                rx.el.span(class_name="hint grow", custom_attrs={"data-room-left": "true"}),
                button(icon("send-horizontal"), "Send reply", custom_attrs={"data-send": "true"}),
                class_name="form-row",
            ),
            class_name="composer",
            custom_attrs={"data-reply-to": ThreadState.quote_id},
        ),
        class_name="foot",
    )
