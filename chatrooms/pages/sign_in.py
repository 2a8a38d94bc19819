"""The page for those who have an account."""

import reflex as rx

from chatrooms.components.browser import current_search
from chatrooms.components.controls import button, error_note, field, link, username_field
from chatrooms.pages.frame import sheet
from chatrooms.state.sign_in import SignInState


def sign_in_page() -> rx.Component:
    """Username and password."""
    return sheet(
        "Sign in",
        rx.el.form(
            username_field(),
            field(
                "Password",
                "password",
                type="password",
                required=True,
                auto_complete="current-password",
            ),
            error_note(SignInState.error),
            button(
                "Sign in",
                type="submit",
                class_name="full",
                disabled=SignInState.is_busy | ~rx.State.is_hydrated,
            ),
            # Before the page is alive the browser itself would send the form: never as an address.
            method="post",
            on_submit=SignInState.submit,
            class_name="form",
        ),
        rx.el.p("New here? ", link("Create an account", to="/sign-up" + current_search())),
    )
