"""Invitation links of a room: make one, copy it while it is shown, take it back."""

import reflex as rx

from chatrooms.components.browser import full_address, local_date
from chatrooms.components.controls import button, icon, icon_button
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.rows import InvitationRow


def room_invitations() -> rx.Component:
    """The new link, if one was just made, and those that still work."""
    return rx.fragment(
        rx.cond(RoomInfoState.invitation_url != "", _new_link()),
        rx.el.ul(
            rx.foreach(RoomInfoState.invitations, _invitation),
            class_name="people",
            aria_label="Invitation links",
        ),
        button(
            icon("link", 14),
            "Create invitation link",
            kind="ghost",
            class_name="sm",
            on_click=RoomInfoState.create_invitation,
        ),
    )


def _new_link() -> rx.Component:
    return rx.el.div(
        rx.el.input(
            value=full_address(RoomInfoState.invitation_url),
            read_only=True,
            aria_label="Invitation link",
            class_name="input grow",
        ),
        button(
            icon("copy", 14),
            "Copy",
            kind="soft",
            custom_attrs={"data-copy": full_address(RoomInfoState.invitation_url)},
        ),
        rx.el.p("Shown only now. Whoever has it can join.", class_name="hint"),
        class_name="new-link",
    )


def _invitation(invitation: rx.Var[InvitationRow]) -> rx.Component:
    return rx.el.li(
        icon("link", 14),
        rx.el.span(
            "By ",
            invitation.created_by,
            ", until ",
            local_date(invitation.expires_at),
            rx.el.small(" used ", invitation.uses, " times"),
            class_name="grow cut",
        ),
        icon_button(
            "trash-2",
            "Revoke link by " + invitation.created_by,
            on_click=RoomInfoState.revoke_invitation(invitation.id),
        ),
        key=invitation.id.to_string(),
        class_name="person",
    )
