"""The list of moderation rules, and the editor of one."""

import reflex as rx

from chatrooms.components.controls import button, chip, error_note, icon, icon_button
from chatrooms.state.policy_rows import RuleRow
from chatrooms.state.rules import RulesState

_KINDS = (
    ("words", "Words and phrases"),
    ("allow", "Words that are fine here"),
    ("pattern", "Regular expression"),
    ("links", "Links"),
    ("repeats", "Repeated messages"),
    ("capitals", "Capitals"),
    ("mentions", "Mass mentions"),
    ("newcomers", "New accounts"),
)
_ACTIONS = (("flag", "Flag"), ("hold", "Hold for review"), ("remove", "Remove"))
_HINTS = (
    (
        "words",
        "One a line. Other spellings are found too, such as s p a c e d letters. "
        "A star at the end also finds longer words.",
    ),
    ("allow", "One a line. The model and other rules do not count these words."),
    ("pattern", "RE2 syntax, without regard to case; no look-around and no back references."),
    ("links", "Every link, except to the domains below and what is under them."),
    ("repeats", "The same text of one author in this room."),
    ("capitals", "A message that is long enough and mostly capitals."),
    ("mentions", "A message that mentions more people than this."),
    ("newcomers", "What people may not post while they are new."),
)


def rules_panel(title: str, hint: str) -> rx.Component:
    """The panel with the rules that the page is about."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="grow"),
            button(
                icon("plus", 14),
                "New rule",
                kind="soft",
                class_name="sm",
                on_click=RulesState.start,
            ),
            class_name="form-row",
        ),
        rx.el.p(hint, class_name="hint"),
        rx.cond(RulesState.is_editing, _editor()),
        rx.cond(
            RulesState.rules.length() > 0,
            rx.el.ul(rx.foreach(RulesState.rules, _rule), aria_label="Rules", class_name="lines"),
            rx.el.p("No rules yet.", class_name="muted"),
        ),
        class_name="panel settings-panel",
        aria_label="Rules",
    )


def _rule(rule: rx.Var[RuleRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(rule.name),
            rx.el.small(rule.text, class_name="wrap"),
            rx.el.small("by ", rule.created_by),
            class_name="grow stack",
        ),
        rx.cond(rule.kind != "allow", chip(rx.match(rule.action, *_ACTIONS, ""), class_name="sm")),
        rx.cond(rule.is_on, rx.fragment(), chip("Off", class_name="sm warn")),
        rx.cond(
            rule.is_site & ~RulesState.is_site,
            chip(icon("globe", 12), "Whole site", class_name="sm"),
            _tools(rule),
        ),
        key=rule.id.to_string(),
    )


def _tools(rule: rx.Var[RuleRow]) -> rx.Component:
    return rx.el.div(
        rx.el.input(
            type="checkbox",
            checked=rule.is_on,
            aria_label="Rule " + rule.name + " is on",
            on_change=lambda checked: RulesState.switch(rule.id, checked),
            class_name="switch",
        ),
        icon_button("pencil", "Edit rule " + rule.name, on_click=RulesState.edit(rule.id)),
        icon_button(
            "trash-2",
            "Delete rule " + rule.name,
            class_name="bad",
            on_click=RulesState.delete(rule.id),
        ),
        class_name="form-row",
    )


def _editor() -> rx.Component:
    return rx.el.form(
        _text("Rule name", "name", RulesState.name, max_length=60, required=True),
        _select("Looks at", "kind", _KINDS, RulesState.kind),
        rx.el.p(rx.match(RulesState.kind, *_HINTS, ""), class_name="hint"),
        rx.match(
            RulesState.kind,
            ("words", _area("Words", "words")),
            ("allow", _area("Words", "words")),
            ("pattern", _typed("Pattern", "pattern", spell_check=False)),
            ("links", _area("Allowed domains", "domains")),
            ("repeats", _both(_typed("Times", "times"), _typed("Within minutes", "minutes"))),
            (
                "capitals",
                _both(_typed("Percent capitals", "percent"), _typed("From letters", "least")),
            ),
            ("mentions", _typed("At most", "most")),
            ("newcomers", _newcomers()),
            rx.fragment(),
        ),
        rx.cond(
            RulesState.kind != "allow",
            _select("Then", "action", _ACTIONS, RulesState.action),
        ),
        error_note(RulesState.error),
        rx.el.div(
            button("Cancel", kind="ghost", on_click=RulesState.stop),
            button("Save rule", type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=RulesState.save,
        class_name="form rule-editor",
        aria_label="Rule",
        key="rule-" + RulesState.editing_id.to_string(),
    )


def _newcomers() -> rx.Component:
    since = (("account", "have an account"), ("room", "are members"))
    what = (
        ("links", "Links"),
        ("files", "Files"),
        ("links_and_files", "Links and files"),
        ("anything", "Anything"),
    )
    return rx.fragment(
        _select("They may not post", "what", what, RulesState.typed["what"]),
        _both(
            _typed("For the first hours", "hours"),
            _select("Since they", "since", since, RulesState.typed["since"]),
        ),
    )


def _both(*fields: rx.Component) -> rx.Component:
    return rx.el.div(*fields, class_name="times")


def _text(label: str, name: str, value: rx.Var[str], **props) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(
            name=name,
            default_value=value,
            auto_complete="off",
            on_change=lambda typed: RulesState.change(name, typed).debounce(300),
            class_name="input",
            **props,
        ),
        class_name="field",
    )


def _typed(label: str, name: str, **props) -> rx.Component:
    return _text(label, name, RulesState.typed[name], **props)


def _area(label: str, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.textarea(
            name=name,
            default_value=RulesState.typed[name],
            rows=4,
            on_change=lambda typed: RulesState.change(name, typed).debounce(300),
            class_name="input",
        ),
        class_name="field",
    )


def _select(
    label: str, name: str, values: tuple[tuple[str, str], ...], chosen: rx.Var[str]
) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.select(
            *(rx.el.option(word, value=value) for value, word in values),
            name=name,
            value=chosen,
            on_change=lambda typed: RulesState.change(name, typed),
            class_name="input",
        ),
        class_name="field",
    )
