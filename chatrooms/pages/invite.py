"""The page behind an invitation link."""

import reflex as rx

from chatrooms.components.controls import button, link, skeleton
from chatrooms.pages.frame import sheet
from chatrooms.state.invitation import InvitationState


def invite_page() -> rx.Component:
    """Who invites to which room, with one button; or why the link no longer works."""
    return rx.cond(
        InvitationState.is_loaded,
        rx.cond(InvitationState.is_valid, _valid(), _invalid()),
        sheet("Invitation", skeleton(2)),
    )


def _valid() -> rx.Component:
    return sheet(
        InvitationState.invited_by + " invites you to " + InvitationState.room_name,
        rx.el.p("You will see everything that is said there, and can write.", class_name="muted"),
        button("Join", class_name="full", on_click=InvitationState.accept),
        rx.el.p(link("Not now", to="/")),
    )


def _invalid() -> rx.Component:
    return sheet(
        "This invitation no longer works",
        rx.el.p("It was taken back or has expired. Ask for a new one.", class_name="muted"),
        link("Go to your rooms", to="/", class_name="btn btn-ghost full"),
    )
