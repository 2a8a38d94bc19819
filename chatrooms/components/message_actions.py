"""What one can do with a message: the buttons, the delete question, the edit form."""

import reflex as rx

from chatrooms.components.browser import here
from chatrooms.components.controls import button, error_note, icon, icon_button
from chatrooms.components.delete_message import delete_dialog
from chatrooms.components.emoji_picker import react_button
from chatrooms.state.live import ReaderState
from chatrooms.state.marks import MarksState
from chatrooms.state.pins import PinsState
from chatrooms.state.report import ReportState
from chatrooms.state.room import RoomState
from chatrooms.state.rows import MessageRow
from chatrooms.state.saved import SavedState
from chatrooms.state.thread import ThreadState


def message_actions(
    message: rx.Var[MessageRow],
    *,
    is_mine: rx.Var[bool],
    can_post: rx.Var[bool],
    my_vote: rx.Var[int],
    can_pin: rx.Var[bool],
    is_saved: rx.Var[bool],
    in_thread: rx.Var[bool],
) -> rx.Component:
    """The buttons of one message, shown on hover, on focus, and by "More" on a touch screen. What
    is done less often is in the menu that "More" opens."""
    return rx.fragment(
        rx.el.div(
            rx.cond(
                can_post,
                icon_button(
                    "reply",
                    "Reply",
                    on_click=ThreadState.open(message.id),
                    custom_attrs={"data-action": "reply"},
                ),
            ),
            rx.cond(can_post, _marking(message, my_vote)),
            rx.cond(
                is_mine & can_post,
                icon_button(
                    "pencil",
                    "Edit",
                    on_click=RoomState.start_edit(message.id),
                    custom_attrs={"data-action": "edit"},
                ),
            ),
            icon_button("link", "Copy link", custom_attrs={"data-action": "copy-link"}),
            rx.cond(
                RoomState.rights.can_leave,
                icon_button(
                    "mail",
                    "Mark unread from here",
                    on_click=ReaderState.mark_unread(message.id),
                    custom_attrs={"data-action": "mark-unread"},
                ),
            ),
            rx.cond(is_mine, _delete(message)),
            _more("message-more-here"),
            _menu(
                message,
                can_post=can_post,
                can_pin=can_pin,
                is_saved=is_saved,
                in_thread=in_thread,
                is_mine=is_mine,
            ),
            class_name="message-actions",
        ),
        _more("message-more"),
    )


def _more(class_name: str) -> rx.Component:
    return icon_button(
        "ellipsis",
        "More",
        class_name=class_name,
        aria_expanded="false",
        custom_attrs={"data-action": "more"},
    )


def _menu(
    message: rx.Var[MessageRow],
    *,
    can_post: rx.Var[bool],
    can_pin: rx.Var[bool],
    is_saved: rx.Var[bool],
    in_thread: rx.Var[bool],
    is_mine: rx.Var[bool],
) -> rx.Component:
    return rx.el.div(
        rx.cond(
            can_post,
            rx.cond(
                in_thread,
                _item("quote", "Quote", ThreadState.start_quote(message.id), "quote"),
                _item("quote", "Quote", RoomState.start_quote(message.id), "quote"),
            ),
        ),
        _item(
            "bookmark",
            rx.cond(is_saved, "Unsave", "Save"),
            SavedState.set_saved(message.id, ~is_saved),
        ),
        rx.cond(
            can_pin,
            _item(
                "pin",
                rx.cond(message.is_pinned, "Unpin", "Pin"),
                PinsState.set_pinned(message.id, ~message.is_pinned),
            ),
        ),
        rx.cond(~is_mine, _item("flag", "Report", ReportState.show(message.id, here()))),
        class_name="message-menu",
    )


def _item(
    icon_name: str, word: str | rx.Var[str], on_click: rx.event.EventSpec, action: str = ""
) -> rx.Component:
    return rx.el.button(
        icon(icon_name, 14),
        rx.el.span(word),
        type="button",
        on_click=on_click,
        custom_attrs={"data-action": action, "data-closes": "true"},
    )


def _marking(message: rx.Var[MessageRow], my_vote: rx.Var[int]) -> rx.Component:
    """Vote and react."""
    return rx.fragment(
        _vote("arrow-big-up", "Upvote", 1, message.id, my_vote),
        _vote("arrow-big-down", "Downvote", -1, message.id, my_vote),
        react_button(message_id=message.id),
    )


def _vote(
    icon_name: str, label: str, value: int, message_id: rx.Var[int], my_vote: rx.Var[int]
) -> rx.Component:
    """A vote, or taking it back if it is the reader's own."""
    is_mine = my_vote == value
    return icon_button(
        icon_name,
        label,
        aria_pressed=is_mine,
        on_click=MarksState.vote(message_id, rx.cond(is_mine, 0, value)),
    )


@rx.memo
def edit_form() -> rx.Component:
    """The open message's text in a box. Enter saves, Shift+Enter breaks, Esc cancels."""
    return rx.el.form(
        rx.el.textarea(
            name="body",
            aria_label="Edit message",
            default_value=RoomState.editing_body,
            auto_focus=True,
            rows=1,
            class_name="grows",
        ),
        error_note(RoomState.edit_error),
        rx.el.div(
            rx.el.span("Enter saves, Esc cancels", class_name="hint keys grow"),
            button(
                "Cancel",
                kind="ghost",
                class_name="sm",
                on_click=RoomState.cancel_edit,
                custom_attrs={"data-action": "cancel-edit"},
            ),
            button("Save", type="submit", class_name="sm"),
            class_name="form-row",
        ),
        on_submit=RoomState.save_edit,
        class_name="edit-form",
        custom_attrs={"data-edit-form": "true"},
    )


def _delete(message: rx.Var[MessageRow]) -> rx.Component:
    return delete_dialog(
        icon_button("trash-2", "Delete", class_name="bad", custom_attrs={"data-action": "delete"}),
        message_id=message.id,
        body=message.body,
        consequence="Everybody in the room will see that it was deleted.",
    )
