"""What the moderation log is narrowed to: fields whose contents stand in the address."""

import reflex as rx

from chatrooms.components.controls import link
from chatrooms.state.audit import AuditState
from chatrooms.state.audit_address import PATH
from chatrooms.state.rows import OptionRow, PresetRow

_PAUSE_MS = 500
WANTED = AuditState.wanted


def audit_filters() -> rx.Component:
    """What one often wants, and a field for each thing to narrow the log by."""
    return rx.el.div(
        rx.el.nav(
            rx.foreach(AuditState.presets, _preset),
            aria_label="Often wanted",
            class_name="segmented",
        ),
        rx.el.div(
            _choice("Room", "room", WANTED.room, "All rooms", AuditState.rooms),
            _choice("Decided by", "by", WANTED.by, "Anybody", AuditState.people),
            _choice("Kind", "kind", WANTED.kind, "Everything", AuditState.kinds),
            _typed(
                "Person concerned", "about", WANTED.about, type="search", placeholder="User name"
            ),
            _typed("From (UTC)", "from", WANTED.since, type="date", min="2000-01-01"),
            _typed("To (UTC)", "to", WANTED.until, type="date", min="2000-01-01"),
            role="group",
            aria_label="Filters",
            class_name="log-fields",
        ),
        rx.cond(
            WANTED.message_id > 0,
            rx.el.p(
                "What was decided about one message. ",
                link("Show everything", to=PATH),
                class_name="hint",
            ),
        ),
        class_name="log-filters",
    )


def _preset(row: rx.Var[PresetRow]) -> rx.Component:
    return link(
        row.label,
        to=row.path,
        class_name="btn",
        custom_attrs={"aria-current": rx.cond(row.is_here, "page", "false")},
        key=row.label,
    )


def _choice(
    label: str, name: str, value: rx.Var[str], all_of_it: str, options: rx.Var[list[OptionRow]]
) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.select(
            rx.el.option(all_of_it, value=""),
            rx.foreach(options, _option),
            value=value,
            on_change=lambda chosen: AuditState.choose(name, chosen),
            class_name="input",
        ),
        class_name="field",
    )


def _option(row: rx.Var[OptionRow]) -> rx.Component:
    return rx.el.option(row.label, value=row.value, key=row.value)


def _typed(label: str, name: str, value: rx.Var[str], **props) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(
            default_value=value,
            auto_complete="off",
            on_change=lambda typed: AuditState.choose(name, typed).debounce(_PAUSE_MS),
            class_name="input",
            key=f"{name}-" + AuditState.form_key.to_string(),
            **props,
        ),
        class_name="field",
    )
