"""The part of the settings about notifications: the browser's own, and hours without any."""

import reflex as rx

from chatrooms.components.browser import time_of_day, zone_or_own
from chatrooms.components.controls import button, error_note, field, success_note
from chatrooms.state.hearing import HearingState
from chatrooms.state.notifications import NotificationsState


def notify_settings() -> rx.Component:
    """Browser notifications, asked for by a click alone, and do-not-disturb hours."""
    return rx.el.section(
        rx.el.h2("Notifications"),
        rx.el.div(
            rx.el.div(
                rx.el.b("Browser notifications"),
                rx.el.small("", custom_attrs={"data-notices-state": "true"}),
                class_name="grow stack",
            ),
            button(
                "Turn on",
                kind="ghost",
                class_name="sm",
                custom_attrs={"data-allow-notices": "true"},
            ),
            class_name="form-row",
        ),
        rx.el.form(
            rx.el.div(
                rx.el.b("Do not disturb"),
                rx.el.small(
                    "In these hours nothing pops up and the bell stays calm. All of it is kept."
                ),
                class_name="stack",
            ),
            _hours(),
            error_note(HearingState.error),
            success_note(HearingState.message),
            rx.el.div(button("Save hours", type="submit"), class_name="form-row"),
            on_submit=HearingState.save_hours,
            class_name="form",
        ),
        class_name="panel notify-settings",
    )


def _hours() -> rx.Component:
    state = NotificationsState
    return rx.el.div(
        rx.el.div(
            field("From", "begin", type="time", default_value=time_of_day(state.quiet_from)),
            field("Until", "end", type="time", default_value=time_of_day(state.quiet_until)),
            class_name="times",
        ),
        field(
            "Time zone",
            "timezone",
            default_value=zone_or_own(state.timezone, state.quiet_from),
            auto_complete="off",
            spell_check=False,
        ),
        # Fields take what is stored when they appear: once that is known.
        key=state.quiet_from.to_string() + state.quiet_until.to_string() + state.timezone,
        class_name="form",
    )
