"""Small building blocks: buttons, fields, notes, empty states, links inside the app."""

import reflex as rx
from reflex_components_core.el.elements.inline import A

_ICON_PX = 16


def icon(name: str, size: int = _ICON_PX) -> rx.Component:
    """A decorative icon; the control around it carries the name."""
    return rx.icon(name, size=size, custom_attrs={"aria-hidden": "true"})


def link(*children: rx.Component | rx.Var | str, to: str | rx.Var[str], **props) -> rx.Component:
    """A link to another page of the app, without loading the document anew."""
    return rx.el.a(*children, href=to, **props)


def outside_link(*children: rx.Component | rx.Var | str, **props) -> rx.Component:
    """A link that leaves the app: a new tab that learns nothing about this one."""
    return A.create(*children, target="_blank", rel="noopener noreferrer nofollow", **props)


def back_link() -> rx.Component:
    """The way back to the list of rooms; the style sheet shows it on a phone only."""
    return link(
        icon("arrow-left", 18), to="/", class_name="icon-btn back", aria_label="Back to rooms"
    )


def button(*children: rx.Component | rx.Var | str, kind: str = "solid", **props) -> rx.Component:
    """A button with a word. `kind`: solid, soft, ghost, quiet or danger."""
    extra = props.pop("class_name", "")
    return rx.el.button(
        *children,
        type=props.pop("type", "button"),
        class_name=f"btn btn-{kind} {extra}".strip(),
        **props,
    )


def icon_button(icon_name: str, label: str | rx.Var[str], **props) -> rx.Component:
    """A button that shows only an icon; `label` is its name and tooltip."""
    extra = props.pop("class_name", "")
    return rx.el.button(
        icon(icon_name),
        type="button",
        aria_label=label,
        title=label,
        class_name=f"icon-btn {extra}".strip(),
        **props,
    )


def field(label: str, name: str, **props) -> rx.Component:
    """A labelled one-line input of a form."""
    if props.get("type") == "password":
        props["role"] = "textbox"
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(name=name, class_name="input", **props),
        class_name="field",
    )


def username_field() -> rx.Component:
    """The first input of the forms through which one comes in."""
    return field(
        "Username",
        "username",
        required=True,
        auto_focus=True,
        auto_complete="username",
        auto_capitalize="none",
        spell_check=False,
    )


def text_field(label: str, name: str, **props) -> rx.Component:
    """A labelled input of several lines."""
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.textarea(name=name, class_name="input", **props),
        class_name="field",
    )


def switch_field(label: str, name: str, hint: str, **props) -> rx.Component:
    """A labelled on/off choice with a sentence about what it means."""
    return rx.el.div(
        rx.el.label(
            rx.el.input(type="checkbox", name=name, class_name="switch", **props),
            rx.el.span(label),
            class_name="switch-field",
        ),
        rx.el.p(hint, class_name="hint"),
    )


def error_note(message: rx.Var[str]) -> rx.Component:
    """A form's error, read out when it appears; takes no room while empty."""
    return rx.cond(
        message != "",
        rx.el.p(icon("circle-alert"), rx.el.span(message), role="alert", class_name="note bad"),
    )


def success_note(message: rx.Var[str]) -> rx.Component:
    """A form's confirmation; takes no room while empty."""
    return rx.cond(
        message != "",
        rx.el.p(icon("circle-check"), rx.el.span(message), role="status", class_name="note ok"),
    )


def chip(*children: rx.Component | rx.Var | str, class_name: str = "") -> rx.Component:
    """A small rounded label."""
    return rx.el.span(*children, class_name=f"chip {class_name}".strip())


def tags(values: rx.Var[list[str]]) -> rx.Component:
    """A room's tags in a row."""
    return rx.el.div(rx.foreach(values, lambda tag: chip(tag, class_name="sm")), class_name="tags")


def empty_state(
    icon_name: str, title: str | rx.Var[str], text: str | rx.Var[str], *actions: rx.Component
) -> rx.Component:
    """A friendly screen for a list with nothing in it."""
    return rx.el.div(
        rx.el.div(icon(icon_name, 24), class_name="empty-icon"),
        rx.el.h2(title),
        rx.el.p(text),
        rx.el.div(*actions, class_name="actions") if actions else rx.fragment(),
        class_name="empty",
    )


def skeleton(rows: int) -> rx.Component:
    """Grey bars in the shape of a list that is on its way."""
    return rx.el.div(
        *(rx.el.div(class_name="bone") for _ in range(rows)),
        class_name="skeleton",
        aria_hidden="true",
    )


def search_field(label: str, value: rx.Var[str], on_change: rx.EventHandler) -> rx.Component:
    """A search box that asks the server once the person pauses typing."""
    return rx.el.div(
        icon("search"),
        rx.el.input(
            type="search",
            aria_label=label,
            placeholder=label,
            default_value=value,
            auto_complete="off",
            on_change=on_change.debounce(250),  # milliseconds
        ),
        class_name="find",
    )
