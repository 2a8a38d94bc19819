"""What the agent's outputs led to, as a small table."""

import reflex as rx

from chatrooms.state.agent_effect import AgentEffectState
from chatrooms.state.rows import EffectRow

_CAPTION = (
    "Of the last 90 days. “After” is how many messages people wrote in the two hours after one, on"
    " average; “usual” how many they wrote in the same hours of the 28 days before it on which the"
    " agent posted nothing then."
)
_HEADS = ("Kind", "Shown", "Replies", "Votes", "After", "Usual")


def agent_effect() -> rx.Component:
    """The table, or that there is nothing to tell yet."""
    return rx.el.section(
        rx.el.h3("Effect"),
        rx.cond(
            AgentEffectState.rows.length() > 0,
            _table(),
            rx.el.p("It has posted nothing here in the last 90 days.", class_name="hint"),
        ),
    )


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.caption(_CAPTION, class_name="hint"),
            rx.el.thead(rx.el.tr(*(rx.el.th(each, scope="col") for each in _HEADS))),
            rx.el.tbody(rx.foreach(AgentEffectState.rows, _row)),
            class_name="table",
        ),
        class_name="table-frame",
        tab_index=0,
        role="group",
        aria_label="Effect of the agent",
    )


def _row(row: rx.Var[EffectRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(row.kind, scope="row"),
        rx.el.td(row.shown),
        rx.el.td(row.replies),
        rx.el.td(row.votes),
        rx.el.td(row.after),
        rx.el.td(row.usual),
        key=row.kind,
    )
