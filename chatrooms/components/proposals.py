"""What agents would like to post, for moderators: in the room beside it, and on their page."""

import reflex as rx

from chatrooms.components.agent_run import run_record
from chatrooms.components.ai_badge import ai_sign
from chatrooms.components.browser import local_moment
from chatrooms.components.controls import button, error_note, link
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.rows import ProposalRow, SourceRow


def proposals(if_none: rx.Component) -> rx.Component:
    """The list of what waits to be decided; `if_none` where nothing does."""
    return rx.cond(
        ProposalsState.rows.length() > 0,
        rx.el.ul(
            rx.foreach(ProposalsState.rows, _proposal),
            aria_label="Agent proposals",
            class_name="proposals",
        ),
        if_none,
    )


def _proposal(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.el.li(
        rx.el.article(
            rx.el.header(
                rx.el.b(row.kind),
                ai_sign(),
                link(row.room_name, to="/rooms/" + row.slug, class_name="grow cut"),
                rx.el.small("until ", local_moment(row.expires_at)),
                class_name="who",
            ),
            rx.cond(ProposalsState.editing == row.id, _form(row), _decided(row)),
            aria_label=row.kind + " for " + row.room_name,
            class_name="proposal",
            custom_attrs={"data-proposal": row.id},
        ),
        key=row.id.to_string(),
    )


def _decided(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.fragment(
        rx.cond(row.heading != "", rx.el.h3(row.heading)),
        rx.cond(row.body != "", rx.el.p(row.body, class_name="proposal-text")),
        rx.cond(
            row.choices.length() > 0,
            rx.el.ul(
                rx.foreach(row.choices, lambda choice: rx.el.li(choice)),
                aria_label="Choices",
                class_name="proposal-choices",
            ),
        ),
        _evidence(row),
        _complaint(row),
        rx.cond(ProposalsState.rejecting == row.id, _rejection(row), _actions(row)),
    )


def _evidence(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.fragment(
        rx.el.p(rx.el.b("Why: "), row.why, class_name="hint"),
        rx.cond(
            row.sources.length() > 0,
            rx.el.ol(
                rx.foreach(row.sources, lambda source: _source(row, source)),
                aria_label="Evidence",
                class_name="evidence",
            ),
        ),
        rx.el.small(row.cost, class_name="hint"),
        run_record("proposal", row.run_id, "How it came to this"),
    )


def _source(row: rx.Var[ProposalRow], source: rx.Var[SourceRow]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.b(source.author.name),
            rx.el.span(source.text, class_name="cut"),
            to="/rooms/" + row.slug + "?message=" + source.message_id.to_string(),
        ),
        key=source.message_id.to_string(),
    )


def _complaint(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.cond(ProposalsState.error_of == row.id, error_note(ProposalsState.error))


def _actions(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.el.div(
        button("Reject", kind="ghost", class_name="sm", on_click=ProposalsState.ask_why(row.id)),
        button("Edit", kind="ghost", class_name="sm", on_click=ProposalsState.edit(row.id)),
        button("Approve", class_name="sm", on_click=ProposalsState.approve(row.id)),
        class_name="dialog-actions",
    )


def _rejection(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.el.form(
        _id(row),
        rx.el.label(
            rx.el.span("Why not? The agent reads it.", class_name="field-label"),
            rx.el.input(name="reason", max_length=500, auto_focus=True, class_name="input"),
            class_name="field",
        ),
        rx.el.div(
            button("Back", kind="ghost", class_name="sm", on_click=ProposalsState.ask_why(0)),
            button("Reject proposal", kind="danger", class_name="sm", type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=ProposalsState.reject,
        class_name="form",
    )


def _form(row: rx.Var[ProposalRow]) -> rx.Component:
    """The proposal's words, to be changed before it is posted."""
    is_poll = row.choices.length() > 0
    is_topic = ~is_poll & (row.heading != "")
    return rx.el.form(
        _id(row),
        rx.cond(is_poll, _line("Question", "question", row.heading)),
        rx.cond(is_poll, _area("Choices, one per line", "choices", row.choices.join("\n"))),
        rx.cond(
            is_poll,
            _line("Closes after (hours)", "closes_in_hours", row.closes_in_hours.to_string()),
        ),
        rx.cond(is_topic, _line("Title", "title", row.heading)),
        rx.cond(~is_poll, _area("Text", "body", row.body)),
        _complaint(row),
        rx.el.div(
            button("Cancel", kind="ghost", class_name="sm", on_click=ProposalsState.edit(0)),
            button("Approve as edited", class_name="sm", type="submit"),
            class_name="dialog-actions",
        ),
        on_submit=ProposalsState.approve_changed,
        class_name="form",
    )


def _id(row: rx.Var[ProposalRow]) -> rx.Component:
    return rx.el.input(type="hidden", name="proposal", value=row.id.to_string(), read_only=True)


def _line(label: str, name: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(name=name, default_value=value, class_name="input"),
        class_name="field",
    )


def _area(label: str, name: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.textarea(name=name, default_value=value, rows="5", class_name="input"),
        class_name="field",
    )
