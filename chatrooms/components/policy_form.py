"""A room's moderation policy as a form. Each change is simulated at once; saving applies it."""

import reflex as rx

from chatrooms.components.controls import button, chip, error_note, icon, success_note
from chatrooms.state.policy import PolicyState

_MODES = (
    ("manual", "Manual", "Everything is shown and waits for a moderator to look at it."),
    ("semi_auto", "Semi-auto", "The model flags what looks wrong, moderators decide."),
    ("auto", "Auto", "The model removes what is over the removal threshold, and flags the rest."),
)
_HOLDS = (("auto", "In auto mode"), ("yes", "Always"), ("no", "Never"))
_EXPIRY = (("publish", "Publish, and ask a moderator"), ("keep", "Keep holding"))
_UNREADABLE = (("review", "Ask a moderator"), ("rules", "Rules alone decide"))


def policy_form() -> rx.Component:
    """The panel with the policy."""
    policy = PolicyState.policy
    is_model_asked = policy.mode != "manual"
    return rx.el.section(
        rx.el.h2("How this room is moderated"),
        rx.cond(
            PolicyState.can_change,
            rx.fragment(),
            rx.el.p(
                "Owners of the room can change this. You can try what it would do.",
                class_name="hint",
            ),
        ),
        choices("Moderation", "mode", [(value, word) for value, word, _ in _MODES], policy.mode),
        rx.el.p(
            rx.match(policy.mode, *((value, text) for value, _, text in _MODES), ""),
            class_name="hint",
        ),
        rx.cond(policy.mode == "auto", _measured()),
        rx.cond(
            is_model_asked,
            rx.el.div(
                _threshold("Flag from", "flag", policy.flag, PolicyState.flag_key),
                rx.cond(
                    policy.mode == "auto",
                    _threshold("Remove from", "remove", policy.remove, PolicyState.remove_key),
                ),
                _hides(policy.hides_flagged),
                class_name="settings-rows",
            ),
        ),
        rx.el.details(
            rx.el.summary("Holding, unreadable text, summaries, samples, slow mode"),
            rx.el.div(
                _row("Hold until judged", "holds", _HOLDS, policy.holds),
                _number("Hold for at most (seconds)", "hold_limit_s"),
                _row("If no verdict comes in time", "hold_expiry", _EXPIRY, policy.hold_expiry),
                _row(
                    "Text that the model cannot read", "unreadable", _UNREADABLE, policy.unreadable
                ),
                _number("Moderated messages per summary", "summary_every"),
                _number("Samples among a thousand approved", "sample_per_mille"),
                _number("Slow mode: seconds between two messages", "slow_s"),
                class_name="settings-rows",
            ),
        ),
        error_note(PolicyState.error),
        success_note(PolicyState.message),
        rx.cond(PolicyState.can_change, _actions()),
        class_name="panel settings-panel",
        aria_label="Policy",
    )


def choices(
    label: str, name: str, values: list[tuple[str, str]], chosen: rx.Var[str]
) -> rx.Component:
    """A field with few choices, all in sight."""
    return rx.el.div(
        *(
            rx.el.button(
                word,
                type="button",
                role="radio",
                aria_checked=chosen == value,
                on_click=PolicyState.change(name, value),
            )
            for value, word in values
        ),
        role="radiogroup",
        aria_label=label,
        class_name="choices",
    )


def _measured() -> rx.Component:
    return rx.el.p(
        rx.cond(PolicyState.is_measured, icon("gauge"), icon("hourglass")),
        rx.el.span(PolicyState.measured),
        class_name="note plain",
        custom_attrs={"data-testid": "measured"},
    )


def _threshold(label: str, name: str, value: rx.Var[int], key: rx.Var[int]) -> rx.Component:
    # Uncontrolled: a slider that waits for the server would jump back while it is dragged.
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(
            type="range",
            min=0,
            max=100,
            default_value=value.to_string(),
            key=name + key.to_string(),
            aria_label=f"{label} score",
            on_change=lambda typed: PolicyState.change(name, typed).debounce(40),
            class_name="slider",
        ),
        rx.el.output((value / 100).to_string(), class_name="number"),
        class_name="slider-field",
    )


def _hides(is_on: rx.Var[bool]) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=is_on,
            on_change=lambda checked: PolicyState.change("hides_flagged", checked),
            class_name="switch",
        ),
        rx.el.span("Hide what is flagged until a moderator has looked"),
        class_name="switch-field",
    )


def _row(
    label: str, name: str, values: tuple[tuple[str, str], ...], chosen: rx.Var[str]
) -> rx.Component:
    return rx.el.div(
        rx.el.span(label, class_name="field-label"),
        choices(label, name, list(values), chosen),
        class_name="settings-row",
    )


def _number(label: str, name: str) -> rx.Component:
    # Uncontrolled as the sliders are; it is told while it is typed, so that it is not lost when
    # somebody else saves, and when it is left, so that it is in time for a click on "Apply".
    saved = getattr(PolicyState.saved, name).to_string()
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(
            type="text",
            input_mode="decimal",
            default_value=getattr(PolicyState.policy, name),
            key=name + saved + PolicyState.number_key.to_string(),
            on_change=lambda typed: PolicyState.change(name, typed).debounce(300),
            on_blur=lambda typed: PolicyState.change(name, typed),
            class_name="input short",
        ),
        class_name="settings-row",
    )


def _actions() -> rx.Component:
    return rx.el.div(
        rx.cond(PolicyState.is_changed, chip("Not saved", class_name="warn")),
        button(
            "Undo changes",
            kind="ghost",
            disabled=~PolicyState.is_changed,
            on_click=PolicyState.forget,
        ),
        button("Apply", disabled=~PolicyState.is_changed, on_click=PolicyState.save),
        class_name="dialog-actions",
    )
