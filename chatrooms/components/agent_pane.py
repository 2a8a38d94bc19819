"""The pane "Room agent", for moderators: what it proposes, having it run, how it behaves, and what
it did."""

import reflex as rx

from chatrooms.components.agent_effect import agent_effect
from chatrooms.components.agent_run import run_record
from chatrooms.components.browser import local_moment
from chatrooms.components.controls import button, error_note, icon, success_note
from chatrooms.components.pane import is_of_open_room, pane
from chatrooms.components.proposals import proposals
from chatrooms.state.room import RoomState
from chatrooms.state.room_agent import RoomAgentState
from chatrooms.state.rows import RunRow

_MODES = (
    ("off", "Off"),
    ("propose", "Propose: moderators decide"),
    ("autonomous", "Autonomous: it posts by itself"),
)
_NUMBERS = (
    ("Quiet after (minutes)", "quiet_min"),
    ("Pause between runs (minutes)", "pause_min"),
    ("From (hour)", "from_hour"),
    ("Until (hour)", "until_hour"),
    ("Outputs a day", "posts_per_day"),
    ("Tokens a day", "day_budget"),
    ("Steps of a run", "max_steps"),
    ("Tokens of a run", "run_budget"),
)


def agent_pane() -> rx.Component:
    """The pane while it is open."""
    return pane(
        "agent",
        "Room agent",
        rx.cond(
            is_of_open_room(RoomAgentState.room_id),
            rx.fragment(
                _boost(),
                rx.el.section(
                    rx.el.h3("Proposals"),
                    proposals(rx.el.p("Nothing waits to be decided.", class_name="hint")),
                ),
                _runs(),
                agent_effect(),
                _settings(),
            ),
        ),
        class_name="pane-body agent-pane",
    )


def _boost() -> rx.Component:
    return rx.el.section(
        rx.el.p(
            "An AI that proposes polls, threads and topics when the room is quiet. Answers: ",
            RoomAgentState.model,
            ".",
            class_name="hint",
        ),
        rx.cond(
            RoomAgentState.is_stopped,
            rx.el.p(
                icon("octagon-x"),
                rx.el.span("An administrator stopped all agents."),
                class_name="note plain",
            ),
        ),
        button(
            icon("zap", 14),
            "Boost room",
            on_click=RoomAgentState.boost,
            disabled=RoomAgentState.is_stopped | (RoomAgentState.settings.mode == "off"),
        ),
        error_note(RoomAgentState.error),
        success_note(RoomAgentState.message),
    )


def _runs() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Last runs"),
        rx.cond(
            RoomAgentState.runs.length() > 0,
            rx.el.ol(
                rx.foreach(RoomAgentState.runs, _run), aria_label="Agent runs", class_name="runs"
            ),
            rx.el.p("It has not looked at this room yet.", class_name="hint"),
        ),
    )


def _run(row: rx.Var[RunRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(row.outcome, rx.cond(row.kind != "", ": " + row.kind.to(str), "").to(str)),
            rx.el.small(local_moment(row.begun_at)),
            class_name="who",
        ),
        rx.cond(row.reason != "", rx.el.p(row.reason, class_name="hint")),
        rx.el.small(row.trigger, rx.cond(row.cost != "", " · " + row.cost.to(str), "").to(str)),
        rx.cond(
            row.message_id > 0,
            button(
                "Show", kind="quiet", class_name="sm", on_click=RoomState.jump_to(row.message_id)
            ),
        ),
        run_record("run", row.id, "Steps"),
        key=row.id.to_string(),
        class_name="run",
        custom_attrs={"data-run": row.id, "data-over": row.is_over},
    )


def _settings() -> rx.Component:
    chosen = RoomAgentState.settings
    return rx.el.details(
        rx.el.summary("How it behaves"),
        rx.el.form(
            rx.el.label(
                rx.el.span("Agent", class_name="field-label"),
                rx.el.select(
                    *(rx.el.option(word, value=value) for value, word in _MODES),
                    name="mode",
                    default_value=chosen.mode,
                    key="mode" + RoomAgentState.saves.to_string() + chosen.mode,
                    disabled=~RoomAgentState.can_change,
                    class_name="input",
                ),
                class_name="field",
            ),
            *(_number(label, name) for label, name in _NUMBERS),
            _input("Time zone", "timezone", chosen.timezone),
            rx.cond(
                RoomAgentState.can_change,
                button("Save", type="submit"),
                rx.el.p("Owners of the room can change this.", class_name="hint"),
            ),
            on_submit=RoomAgentState.save,
            class_name="form",
        ),
    )


def _number(label: str, name: str) -> rx.Component:
    return _input(
        label, name, getattr(RoomAgentState.settings, name).to_string(), input_mode="numeric"
    )


def _input(label: str, name: str, value: rx.Var[str], **props) -> rx.Component:
    # Uncontrolled: made anew when other values were saved.
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(
            name=name,
            default_value=value,
            key=name + RoomAgentState.saves.to_string() + value,
            disabled=~RoomAgentState.can_change,
            class_name="input",
            **props,
        ),
        class_name="field",
    )
