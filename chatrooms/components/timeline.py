"""The room's messages: older pages, the settled window and the tail in one list.

The browser script `timeline.js` keeps the reader's place in it; the controls marked with
`data-press` are what it presses.
"""

import reflex as rx

from chatrooms.components.controls import button, icon, skeleton
from chatrooms.components.message_list import message_in
from chatrooms.components.standing import timeline_tail
from chatrooms.components.unread import is_first_new, new_line
from chatrooms.state.live import LiveState, ReaderState
from chatrooms.state.outbox import OutboxState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.rows import MessageRow
from chatrooms.state.thread import ThreadState


def timeline() -> rx.Component:
    """The scrolling log of messages, with its live region and the button back to the newest."""
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                _start(),
                rx.foreach(_shown_messages(), _row),
                rx.cond(LiveState.has_newer, _more("newer", RoomState.load_newer)),
                timeline_tail(),
                rx.el.div(class_name="outbox", custom_attrs={"data-outbox": "true"}),
                class_name="log-inner",
            ),
            role="log",
            aria_label="Messages",
            aria_live="off",
            tab_index=0,
            class_name="log",
            custom_attrs={
                "data-log": LiveState.room.id,
                "data-has-older": LiveState.has_older,
                "data-has-newer": LiveState.has_newer,
                "data-target": RoomState.target_id,
                "data-latest": _latest_position(),
                "data-new-from": ReaderState.new_from,
                "data-visit": ReaderState.visit,
                "data-member": RoomState.rights.role != "",
            },
        ),
        rx.el.button(
            type="button",
            hidden=True,
            class_name="jump-latest",
            custom_attrs={"data-jump-latest": "true"},
        ),
        rx.el.div(
            class_name="sr-only", aria_live="polite", custom_attrs={"data-announcer": "true"}
        ),
        _scripts_controls(),
        class_name="log-frame",
    )


def _shown_messages() -> rx.Var[list[MessageRow]]:
    """One list, so that a message moving from the tail to the settled window stays mounted."""
    return rx.cond(
        LiveState.has_newer,
        LiveState.older,
        LiveState.older + LiveState.settled + LiveState.tail,
    ).to(list[MessageRow])


def _row(message: rx.Var[MessageRow], index: rx.Var[int]) -> rx.Component:
    return message_in(
        _shown_messages(),
        message,
        index,
        above=(new_line(message),),
        is_first_new=is_first_new(message),
    )


def _latest_position() -> rx.Var[int]:
    return rx.cond(LiveState.tail.length() > 0, LiveState.tail[-1].position, 0).to(int)


def _start() -> rx.Component:
    return rx.cond(
        LiveState.has_older,
        _more("older", RoomState.load_older),
        rx.cond(
            LiveState.room.id != 0,
            rx.el.div(
                rx.el.h2("The beginning of ", LiveState.room.name),
                rx.el.p(
                    rx.cond(
                        LiveState.room.topic != "",
                        LiveState.room.topic,
                        "Nothing was said before this. Say hello.",
                    )
                ),
                rx.cond(
                    RoomState.rights.can_invite & (LiveState.room.member_count == 1), _first_steps()
                ),
                class_name="log-start",
            ),
            skeleton(6),
        ),
    )


def _first_steps() -> rx.Component:
    """For who made the room and is alone in it yet."""
    return rx.el.div(
        button(icon("user-plus", 14), "Invite people", kind="ghost", on_click=RoomInfoState.show),
        rx.cond(
            (LiveState.room.topic == "") & RoomState.rights.can_edit_room,
            button(
                icon("pencil", 14),
                "Write a topic",
                kind="ghost",
                on_click=[RoomInfoState.show(), RoomInfoState.start_editing()],
            ),
        ),
        class_name="form-row",
    )


def _more(which: str, on_click: rx.EventHandler) -> rx.Component:
    return rx.el.div(
        button(
            icon("loader", 14),
            f"Load {'earlier' if which == 'older' else 'later'} messages",
            kind="ghost",
            class_name="sm",
            on_click=on_click,
            custom_attrs={"data-press": which},
        ),
        class_name="log-more",
    )


def _scripts_controls() -> rx.Component:
    """Controls that nobody sees: the browser scripts press them."""
    presses = {
        "jump-to-latest": RoomState.jump_to_latest,
        "typing": RoomState.notify_typing,
        "thread-typing": ThreadState.notify_typing,
        "thread-latest": ThreadState.show_latest,
        "hold": RoomState.hold_place,
        "follow": ReaderState.follow,
        "stop-following": ReaderState.stop_following,
        "thread-read": ThreadState.note_read,
    }
    return rx.el.div(
        *(
            rx.el.button(
                type="button", tab_index=-1, on_click=handler, custom_attrs={"data-press": name}
            )
            for name, handler in presses.items()
        ),
        rx.el.form(
            *(rx.el.input(type="hidden", name=name) for name in _SEND_FIELDS),
            rx.el.textarea(name="body", tab_index=-1),
            on_submit=OutboxState.send,
            custom_attrs={"data-send-form": "true"},
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="message_id"),
            on_submit=ReaderState.see,
            custom_attrs={"data-see-form": "true"},
        ),
        rx.foreach(
            OutboxState.refused,
            lambda refusal: rx.el.span(
                custom_attrs={"data-refused": refusal.client_id, "data-reason": refusal.reason}
            ),
        ),
        hidden=True,
        aria_hidden="true",
    )


_SEND_FIELDS = ("room_id", "client_id", "reply_to_id", "thread_id", "files")
