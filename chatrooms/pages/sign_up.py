"""The page for those who have no account yet."""

import reflex as rx

from chatrooms.components.browser import current_search
from chatrooms.components.controls import button, error_note, field, link, username_field
from chatrooms.pages.frame import sheet
from chatrooms.state.sign_in import SignUpState


def sign_up_page() -> rx.Component:
    """Username, e-mail address and password."""
    return sheet(
        "Create your account",
        rx.el.form(
            username_field(),
            field("Email", "email", type="email", required=True, auto_complete="email"),
            field(
                "Password",
                "password",
                type="password",
                required=True,
                auto_complete="new-password",
            ),
            error_note(SignUpState.error),
            button(
                "Create account",
                type="submit",
                class_name="full",
                disabled=SignUpState.is_busy | ~rx.State.is_hydrated,
            ),
            # Before the page is alive the browser itself would send the form: never as an address.
            method="post",
            on_submit=SignUpState.submit,
            class_name="form",
        ),
        rx.el.p("Already here before? ", link("Sign in", to="/sign-in" + current_search())),
    )
