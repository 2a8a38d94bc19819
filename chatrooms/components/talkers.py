"""Who talks in a room: a table with search and pages."""

import reflex as rx

from chatrooms.components.avatar import avatar, name_link
from chatrooms.components.controls import button, search_field
from chatrooms.state.rows import TalkerRow
from chatrooms.state.talkers import TalkersState


def talkers() -> rx.Component:
    """The table, what narrows it, and the way to its other pages."""
    state = TalkersState
    return rx.fragment(
        search_field("Find somebody", state.query, state.search),
        rx.cond(
            state.rows.length() > 0,
            _table(),
            rx.el.p("Nobody of that name.", class_name="muted", role="status"),
        ),
        rx.el.div(
            rx.el.small(
                rx.cond(
                    state.total > 0,
                    f"{state.offset + 1} to {state.until} of {state.total}",
                    "",
                ),
                role="status",
                class_name="muted grow",
            ),
            button(
                "Before",
                kind="ghost",
                class_name="sm",
                disabled=state.offset == 0,
                on_click=TalkersState.turn(-1),
            ),
            button(
                "Next",
                kind="ghost",
                class_name="sm",
                disabled=state.until >= state.total,
                on_click=TalkersState.turn(1),
            ),
            class_name="form-row",
        ),
    )


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.caption(
                "“Score” is the upvotes less the downvotes that the messages got.",
                class_name="hint",
            ),
            rx.el.thead(
                rx.el.tr(*(rx.el.th(head, scope="col") for head in ("Person", "Messages", "Score")))
            ),
            rx.el.tbody(rx.foreach(TalkersState.rows, _row)),
            class_name="table",
        ),
        class_name="table-frame",
        tab_index=0,
        role="group",
        aria_label="Who talks",
    )


def _row(row: rx.Var[TalkerRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.div(
                avatar(row.person, "xs"),
                name_link(row.person),
                rx.cond(row.role != "member", rx.el.small(row.role, class_name="muted")),
                class_name="talker",
            ),
            scope="row",
        ),
        rx.el.td(row.messages),
        rx.el.td(row.score),
        key=row.person.id.to_string(),
    )
