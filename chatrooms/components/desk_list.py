"""What waits for a moderator: the queues, and the cases of the one that is chosen."""

import reflex as rx

from chatrooms.components.browser import function, here, local_moment
from chatrooms.components.controls import button, empty_state, icon, search_field, skeleton
from chatrooms.components.desk_case import open_case
from chatrooms.components.desk_sanction import open_appeal
from chatrooms.components.marked_text import poll_line
from chatrooms.components.proposals import proposals
from chatrooms.domain.moderation import Queue
from chatrooms.state.case import CaseState
from chatrooms.state.decision import DecisionState
from chatrooms.state.desk import DeskState
from chatrooms.state.numbers import RecentState
from chatrooms.state.proposals import ProposalsState
from chatrooms.state.rows import CaseRow, DeskRoomRow, QueueRow

_LOW = "0.50"
"""A score below it is not shown as an alarm. Both are texts of four characters."""


def queues() -> rx.Component:
    """The queues with what waits in them, and what the list is narrowed to."""
    return rx.el.div(
        rx.el.nav(rx.foreach(DeskState.queues, _queue), aria_label="Queues"),
        rx.el.select(
            rx.el.option("All rooms", value="0"),
            rx.foreach(DeskState.rooms, _room),
            value=DeskState.room_id.to_string(),
            on_change=lambda chosen: [DeskState.choose_room(chosen), ProposalsState.load()],
            aria_label="Room",
            class_name="input",
        ),
        search_field("Filter", DeskState.wanted, DeskState.narrow),
        _recent(),
        class_name="queues",
    )


def _recent() -> rx.Component:
    """How decisions went lately, in all rooms."""
    return rx.el.div(
        rx.el.span("Last 24 h", aria_hidden="true"),
        rx.el.dl(
            _fact("Median time to a decision, last 24 hours", "median", RecentState.waited),
            _fact(
                "Removals that moderators took back, last 24 hours",
                "taken back",
                RecentState.overturned,
                title=RecentState.removals,
            ),
        ),
        class_name="recent",
        custom_attrs={"data-testid": "recent"},
    )


def _fact(name: str, short: str, value: rx.Var[str], **props) -> rx.Component:
    return rx.el.div(
        rx.el.dt(rx.el.span(name, class_name="sr-only"), rx.el.span(short, aria_hidden="true")),
        rx.el.dd(rx.cond(value != "", value, "none"), **props),
    )


def _queue(row: rx.Var[QueueRow]) -> rx.Component:
    return rx.el.button(
        rx.el.span(row.name, class_name="grow"),
        rx.cond(
            row.oldest_at != "",
            rx.el.small("since ", local_moment(row.oldest_at), class_name="oldest"),
        ),
        rx.el.span(row.count, class_name=rx.cond(row.count > 0, "pill", "zero")),
        type="button",
        class_name="row",
        on_click=DeskState.choose_queue(row.queue),
        custom_attrs={"aria-current": rx.cond(DeskState.queue == row.queue, "page", "false")},
        key=row.queue,
    )


def _room(room: rx.Var[DeskRoomRow]) -> rx.Component:
    return rx.el.option(
        room.name + " (" + room.count.to_string() + ")", value=room.id.to_string(), key=room.id
    )


def case_list() -> rx.Component:
    """The chosen queue, the longest waiting first. The open case is in its own place of the list;
    the style sheet shows it beside."""
    return rx.cond(
        DeskState.queue == Queue.PROPOSALS.value,
        rx.el.div(
            proposals(
                empty_state(
                    "circle-check",
                    "Nothing waiting",
                    "What agents would like to post in your rooms appears here.",
                )
            ),
            class_name="waiting whole",
            custom_attrs={"data-region": "queue"},
        ),
        _cases(),
    )


def _cases() -> rx.Component:
    return rx.cond(
        DeskState.cases.length() > 0,
        rx.el.div(
            _picked(),
            rx.el.ul(rx.foreach(DeskState.cases, _case), aria_label="Queue", class_name="cases"),
            rx.cond(
                DeskState.has_more,
                button("Show more", kind="ghost", class_name="sm", on_click=DeskState.load_more),
            ),
            class_name="waiting",
            custom_attrs={"data-region": "queue"},
        ),
        rx.cond(
            DeskState.answers != "",
            rx.el.div(
                empty_state("circle-check", "Nothing waiting", _why_empty()), class_name="nothing"
            ),
            skeleton(5),
        ),
    )


def _why_empty() -> rx.Var[str]:
    return rx.cond(
        DeskState.wanted != "",
        "Nothing in this queue fits the filter.",
        "New cases appear here by themselves.",
    ).to(str)


def _picked() -> rx.Component:
    count = DeskState.picked.length()
    pickable = function("countPickable").call(DeskState.cases).to(int)
    return rx.el.div(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=count == pickable,
                on_change=DeskState.pick_all.prevent_default,
            ),
            rx.cond(count > 0, count.to_string() + " selected", "Select all"),
            class_name="grow pick-all",
        ),
        rx.cond(
            count > 0,
            rx.fragment(
                _decide_picked("Keep selected", "keep", "ghost"),
                _decide_picked("Remove selected", "remove", "danger"),
            ),
        ),
        class_name="picked",
    )


def _decide_picked(label: str, action: str, kind: str) -> rx.Component:
    return button(
        label.partition(" ")[0],
        kind=kind,
        class_name="sm",
        aria_label=label,
        title=label,
        on_click=DecisionState.decide_picked(action, here()),
        custom_attrs={"data-desk-key": f"{action}-picked"},
    )


def _case(row: rx.Var[CaseRow]) -> rx.Component:
    is_open = DeskState.open_id == row.id
    return rx.el.li(
        rx.el.article(
            rx.cond(
                row.sanction == "",
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        aria_label="Select: " + row.text,
                        checked=DeskState.picked.contains(row.id),
                        on_change=DeskState.pick(row.id).prevent_default,
                        custom_attrs={"data-desk-key": rx.cond(is_open, "pick", "")},
                    ),
                    class_name="pick",
                ),
                rx.el.span(class_name="no-pick"),
            ),
            rx.el.button(
                rx.match(
                    row.sanction,
                    ("ban", rx.el.b(icon("ban", 16))),
                    ("time_out", rx.el.b(icon("timer", 16))),
                    _score(row),
                ),
                rx.el.span(
                    rx.el.span(row.text, class_name="cut"),
                    rx.cond(row.choices != "", poll_line(row.choices)),
                    rx.el.small(
                        rx.el.span(row.room_name, class_name="cut"),
                        rx.el.span("· ", row.author, class_name="cut"),
                        rx.el.span("· ", local_moment(row.opened_at)),
                    ),
                    rx.cond(
                        row.claimed_by != "",
                        rx.el.small(row.claimed_by, " looks at this", class_name="claimed cut"),
                    ),
                    class_name="stack grow",
                ),
                type="button",
                class_name="case-row",
                on_click=DeskState.open_case(row.id),
                custom_attrs={"aria-current": is_open, "data-open": "true"},
            ),
            rx.cond(is_open, rx.cond(CaseState.sanction.id > 0, open_appeal(), open_case())),
            tab_index=-1,
            aria_label=row.author + " in " + row.room_name,
            class_name=rx.cond(is_open, "waits is-open", "waits"),
            custom_attrs={
                "data-message-id": row.message_id,
                "data-case": row.id,
            },
        ),
        key=row.id.to_string(),
    )


def _score(row: rx.Var[CaseRow]) -> rx.Component:
    return rx.cond(
        row.score != "",
        rx.el.b(
            row.score,
            class_name=rx.cond(row.score < _LOW, "low", ""),
            custom_attrs={"data-testid": "toxicity"},
        ),
        rx.el.b("-", title="The model cannot read this text"),
    )
