"""The pane at the right of a room: what it is about, who is in it, and what one may do to it."""

import reflex as rx

from chatrooms.components.assistant_switches import room_assistant_switch, shows_assistant
from chatrooms.components.controls import button, error_note, icon, link, tags
from chatrooms.components.pane import pane
from chatrooms.components.people import online_people
from chatrooms.components.room_edit import room_edit
from chatrooms.components.room_invitations import room_invitations
from chatrooms.components.room_leave import leave_button
from chatrooms.components.room_members import room_members
from chatrooms.components.room_retention import kept_note, retention_form, room_file
from chatrooms.components.room_summary import room_summary
from chatrooms.components.sanctions import sanctions_list
from chatrooms.state.hearing import HearingState
from chatrooms.state.live import LiveState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.sanctions import SanctionsState
from chatrooms.state.sidebar import SidebarState
from chatrooms.state.top import TopState


def room_info() -> rx.Component:
    """The info pane while it is open."""
    return pane(
        "info",
        "Room info",
        error_note(RoomInfoState.error),
        rx.cond(RoomInfoState.is_editing, rx.fragment(room_edit(), retention_form()), _about()),
        rx.cond(shows_assistant(), room_summary()),
        section("Assistant", room_assistant_switch()),
        rx.cond(RoomState.rights.role != "", section("Notify me", _notify_me())),
        section("Online", online_people(), LiveState.online_count),
        section("Members", room_members(), LiveState.room.member_count),
        rx.cond(
            SanctionsState.rows.length() > 0,
            section("Timed out and banned", sanctions_list(), SanctionsState.rows.length()),
        ),
        rx.cond(RoomState.rights.can_invite, section("Invitation link", room_invitations())),
        rx.cond(
            RoomState.rights.can_archive,
            rx.el.section(_archive(), room_file(), class_name="section form-row"),
        ),
        role="complementary",
    )


def _notify_me() -> rx.Component:
    """How much of the room the person wants to hear."""
    return rx.foreach(
        SidebarState.rooms,
        lambda room: rx.cond(room.id == LiveState.room.id, _notify_choices(room.notify)),
    )


def _notify_choices(chosen: rx.Var[str]) -> rx.Component:
    hints = [(value, hint) for value, _, hint in _NOTIFY]
    return rx.fragment(
        rx.el.div(
            *(_notify_choice(value, word, chosen == value) for value, word, _ in _NOTIFY),
            role="radiogroup",
            aria_label="Notify me",
            aria_describedby="notify-hint",
            class_name="choices",
        ),
        rx.el.p(rx.match(chosen, *hints, ""), id="notify-hint", class_name="hint"),
    )


def _notify_choice(value: str, word: str, is_chosen: rx.Var[bool]) -> rx.Component:
    return rx.el.button(
        word,
        type="button",
        role="radio",
        aria_checked=is_chosen,
        on_click=HearingState.choose(value),
    )


_NOTIFY = (
    ("all", "All", "Every message, also as a notification of your browser if you allow those."),
    ("mentions", "Mentions", "Mentions of you, replies to you, and threads that you follow."),
    (
        "nothing",
        "Nothing",
        "The room is muted: nothing in it counts as unread, the key N passes it, and not even "
        "mentions reach you.",
    ),
)


def section(title: str, body: rx.Component, count: rx.Var[int] | str = "") -> rx.Component:
    """A titled part of the pane."""
    return rx.el.section(rx.el.h3(title, rx.el.small(count)), body, class_name="section")


def _about() -> rx.Component:
    room = LiveState.room
    return rx.el.section(
        rx.cond(
            room.description != "",
            rx.el.p(room.description, class_name="wrap"),
            rx.el.p("Nobody has described this room yet.", class_name="muted"),
        ),
        tags(room.tags),
        kept_note(),
        _ways(),
        class_name="section",
    )


def _ways() -> rx.Component:
    """What one does with the room; on a phone also what stands in the header elsewhere."""
    return rx.el.div(
        rx.cond(
            RoomState.rights.can_edit_room,
            button(
                icon("pencil", 14),
                "Edit room",
                kind="ghost",
                class_name="sm",
                on_click=RoomInfoState.start_editing,
            ),
        ),
        rx.cond(
            RoomState.rights.can_decide,
            link(
                icon("shield", 14),
                "Moderation settings",
                to="/rooms/" + LiveState.room.slug + "/moderation",
                class_name="btn btn-ghost sm",
            ),
        ),
        rx.cond(
            RoomState.rights.role != "",
            link(
                icon("chart-column", 14),
                "Statistics",
                to="/rooms/" + LiveState.room.slug + "/statistics",
                class_name="btn btn-ghost sm",
            ),
        ),
        button(
            icon("trophy", 14),
            "Top this week",
            kind="ghost",
            class_name="sm narrow",
            on_click=TopState.show,
        ),
        leave_button(
            button(icon("log-out", 14), "Leave", kind="ghost", class_name="sm"),
            class_name="narrow",
        ),
        class_name="form-row ways",
    )


def _archive() -> rx.Component:
    return rx.cond(
        LiveState.room.is_archived,
        button(
            icon("archive-restore", 14),
            "Bring back from the archive",
            kind="ghost",
            class_name="sm",
            on_click=RoomInfoState.set_archived(False),
        ),
        rx.alert_dialog.root(
            rx.alert_dialog.trigger(
                button(icon("archive", 14), "Archive", kind="ghost", class_name="sm")
            ),
            rx.alert_dialog.content(
                rx.alert_dialog.title("Archive this room?", class_name="dialog-title"),
                rx.alert_dialog.description(
                    "Everybody can go on reading it, nobody can write. You can bring it back."
                ),
                rx.el.div(
                    rx.alert_dialog.cancel(button("Keep open", kind="ghost")),
                    rx.alert_dialog.action(
                        button("Archive room", on_click=RoomInfoState.set_archived(True))
                    ),
                    class_name="dialog-actions",
                ),
                max_width="420px",
            ),
        ),
    )
