"""The form for one's own name, words, colour and picture. `avatar.js` sends the picture."""

import reflex as rx

from chatrooms.components.avatar import avatar, profile_path
from chatrooms.components.controls import (
    button,
    error_note,
    field,
    icon,
    link,
    success_note,
    text_field,
)
from chatrooms.domain.text import MAX_BIO_CHARS, MAX_DISPLAY_NAME_CHARS
from chatrooms.state.profile import ProfileFormState
from chatrooms.state.session import SessionState


def profile_form() -> rx.Component:
    """A panel of the settings page."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Profile", class_name="grow"),
            link("See your page", to=profile_path(SessionState.me)),
            class_name="form-row",
        ),
        _picture(),
        rx.cond(ProfileFormState.is_loaded, _form()),
        class_name="panel",
        aria_label="Profile",
    )


def _picture() -> rx.Component:
    return rx.el.div(
        rx.el.span(
            avatar(SessionState.me, "lg"),
            class_name="hue-preview",
            style={"--preview-hue": ProfileFormState.shown_hue.to_string()},
        ),
        rx.el.div(
            rx.el.div(
                button(
                    icon("upload"),
                    "Upload picture",
                    kind="ghost",
                    class_name="sm",
                    custom_attrs={"data-upload-avatar": "true"},
                ),
                rx.cond(
                    SessionState.me.avatar != "",
                    button(
                        "Remove picture",
                        kind="ghost",
                        class_name="sm",
                        on_click=ProfileFormState.remove_picture,
                    ),
                ),
                class_name="form-row",
            ),
            rx.el.p(
                "PNG, JPEG, GIF or WebP; the middle of it is used.",
                class_name="hint",
                custom_attrs={"data-avatar-note": "true"},
                role="status",
            ),
            class_name="grow stack",
        ),
        class_name="profile-head",
    )


def _form() -> rx.Component:
    # The keys have a field show what was read anew: a default alone counts only once.
    return rx.el.form(
        field(
            "Display name",
            "name",
            default_value=ProfileFormState.name,
            key=ProfileFormState.name,
            required=True,
            max_length=MAX_DISPLAY_NAME_CHARS,
            auto_complete="name",
        ),
        text_field(
            "About you",
            "bio",
            default_value=ProfileFormState.bio,
            key=ProfileFormState.bio,
            max_length=MAX_BIO_CHARS,
            rows=3,
        ),
        rx.el.label(
            rx.el.span("Avatar colour", class_name="field-label"),
            rx.el.input(
                type="range",
                name="hue",
                min=0,
                max=359,
                default_value=ProfileFormState.hue,
                key=ProfileFormState.hue.to_string(),
                on_change=ProfileFormState.preview_hue.throttle(80),  # milliseconds
                class_name="hue",
            ),
            class_name="field",
        ),
        error_note(ProfileFormState.error),
        success_note(ProfileFormState.message),
        rx.el.div(button("Save profile", type="submit"), class_name="form-row"),
        on_submit=ProfileFormState.save,
        class_name="form",
    )
