"""What the policy or rule that is being changed would have done to the last days."""

import reflex as rx

from chatrooms.components.browser import local_date_time
from chatrooms.components.controls import button, chip, error_note
from chatrooms.state.policy_rows import ChangedRow, OutcomeRow
from chatrooms.state.simulation import SimulationState


def simulator(*, is_of_site: bool = False) -> rx.Component:
    """The panel with the outcomes before and after, and the messages that change."""
    answer = rx.cond(SimulationState.looked_at > 0, _found(), _nothing())
    untried = rx.el.p("Write the rule to see what it would have done.", class_name="muted")
    return rx.el.section(
        rx.el.div(
            rx.el.h2("What this would have done", class_name="grow"),
            _days(),
            class_name="form-row",
        ),
        rx.cond(
            SimulationState.is_of_rule,
            rx.el.p(
                "The rule in the editor, with everything else as it is"
                + (", in all rooms." if is_of_site else "."),
                class_name="hint",
            ),
        ),
        error_note(SimulationState.error),
        rx.cond(SimulationState.is_of_rule, answer, untried) if is_of_site else answer,
        class_name="panel settings-panel",
        aria_label="Simulator",
    )


def _found() -> rx.Component:
    return rx.fragment(_summary(), _hidden(), _table(), _messages())


def _nothing() -> rx.Component:
    return rx.cond(
        SimulationState.error == "",
        rx.el.p("Nothing was judged here in this time.", class_name="muted"),
    )


def _hidden() -> rx.Component:
    return rx.cond(
        SimulationState.hidden > 0,
        rx.el.p(
            rx.el.b(SimulationState.hidden),
            " of them are not yours to read. They count; their texts are not shown.",
            class_name="hint",
        ),
    )


def _days() -> rx.Component:
    return rx.el.div(
        *(
            rx.el.button(
                f"{days} days",
                type="button",
                role="radio",
                aria_checked=SimulationState.days == days,
                on_click=SimulationState.choose_days(days),
            )
            for days in (7, 30)
        ),
        role="radiogroup",
        aria_label="Time",
        class_name="choices",
    )


def _summary() -> rx.Component:
    return rx.el.p(
        rx.el.b(SimulationState.changed),
        " of ",
        rx.cond(SimulationState.is_all, "", "the newest "),
        SimulationState.looked_at,
        " messages would come to another outcome, by ",
        rx.el.b(SimulationState.people),
        rx.cond(SimulationState.people == 1, " person.", " people."),
        role="status",
    )


def _table() -> rx.Component:
    heads = ("Outcome", "Before", "After", "They removed", "They kept")
    return rx.el.div(
        rx.el.table(
            rx.el.caption(
                "Messages by outcome, and how moderators decided about those of After",
                class_name="hint",
            ),
            rx.el.thead(rx.el.tr(*(rx.el.th(head, scope="col") for head in heads))),
            rx.el.tbody(rx.foreach(SimulationState.outcomes, _outcome)),
            class_name="table",
        ),
        class_name="table-frame",
    )


def _outcome(row: rx.Var[OutcomeRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.word, scope="row"),
        rx.el.td(row.before),
        rx.el.td(rx.cond(row.after != row.before, rx.el.b(row.after), row.after)),
        rx.el.td(row.removed),
        rx.el.td(row.kept),
    )


def _messages() -> rx.Component:
    return rx.fragment(
        rx.el.ul(
            rx.foreach(SimulationState.messages, _message),
            aria_label="Messages that change",
            class_name="lines",
        ),
        rx.cond(
            SimulationState.has_more,
            button("Show more", kind="ghost", class_name="sm", on_click=SimulationState.load_more),
        ),
    )


def _message(row: rx.Var[ChangedRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.small(
                rx.el.b(row.author),
                rx.cond(row.room != "", " · " + row.room, ""),
                " · ",
                local_date_time(row.sent_at),
                " · ",
                row.score,
            ),
            rx.el.p(row.text, class_name="wrap"),
            rx.el.small(row.before, " → ", rx.el.b(row.after)),
            class_name="grow stack",
        ),
        rx.cond(row.decided != "", chip("Moderators " + row.decided + " it", class_name="sm")),
        key=row.message_id.to_string(),
    )
