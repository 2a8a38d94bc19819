"""How a room is moderated: policy, rules, what they would have done, what the model learnt here."""

import reflex as rx

from chatrooms.components.controls import empty_state
from chatrooms.components.learning import learning_panel
from chatrooms.components.numbers import numbers_panel
from chatrooms.components.policy_form import policy_form
from chatrooms.components.rejudge import rejudge_panel
from chatrooms.components.rules_editor import rules_panel
from chatrooms.components.simulator import simulator
from chatrooms.pages.frame import frame, room_page_head
from chatrooms.state.policy import PolicyState


def moderation_settings_page() -> rx.Component:
    """The settings of the room of this address, for those who moderate it."""
    return frame(
        _head(),
        rx.el.div(
            rx.match(
                PolicyState.status,
                ("open", _settings()),
                (
                    "unavailable",
                    empty_state(
                        "shield-off",
                        "For moderators of the room",
                        "This room does not exist, or you do not moderate it.",
                    ),
                ),
                rx.fragment(),
            ),
            class_name="scroll",
        ),
        name="moderation-settings",
    )


def _head() -> rx.Component:
    return room_page_head(
        "Moderation settings",
        slug=PolicyState.slug,
        room_name=PolicyState.room_name,
    )


def _settings() -> rx.Component:
    rules = rules_panel("Rules", "Rules decide beside the model; the stricter of the two counts.")
    return rx.fragment(
        rx.el.div(
            rx.el.div(policy_form(), rules, class_name="settings-column"),
            rx.el.div(simulator(), class_name="settings-column stays"),
            class_name="settings-columns",
        ),
        rx.el.div(
            rx.el.div(learning_panel(), class_name="settings-column"),
            rx.el.div(rejudge_panel(), class_name="settings-column"),
            class_name="settings-columns",
        ),
        rx.el.div(numbers_panel(), class_name="settings-columns"),
    )
