"""How a run of the agent came to what it did: its steps in words, and what was recorded of each."""

from typing import Literal

import reflex as rx

from chatrooms.components.browser import local_moment
from chatrooms.components.controls import button, error_note
from chatrooms.state.agent_run import AgentRunState
from chatrooms.state.rows import StepRow


def run_record(place: Literal["proposal", "run"], run_id: rx.Var[int], label: str) -> rx.Component:
    """A button that opens a run to its steps, and these while it is open there."""
    is_open = AgentRunState.opened == f"{place}:" + run_id.to_string()
    return rx.fragment(
        button(
            label,
            kind="quiet",
            class_name="sm",
            aria_expanded=is_open,
            on_click=AgentRunState.toggle(place, run_id),
        ),
        rx.cond(is_open, _record(is_in_list=place == "run")),
    )


def _record(*, is_in_list: bool) -> rx.Component:
    """The open run. In the list of runs stands already what began it and what it took."""
    run = AgentRunState.run
    begun = rx.el.small(run.in_short.trigger + " · " + run.in_short.cost)
    return rx.el.div(
        error_note(AgentRunState.error),
        rx.cond(
            run.is_erased,
            rx.el.p(
                "A message that it was shown was changed or taken away since. What the model wrote"
                " went with it.",
                class_name="hint",
            ),
        ),
        *([] if is_in_list else [begun]),
        rx.el.ol(
            rx.foreach(run.steps, _step), aria_label="Steps of the run", class_name="run-steps"
        ),
        rx.cond(
            run.became != "",
            rx.el.p(rx.el.b("What became of it: "), run.became),
        ),
        rx.cond(
            run.wrote != "",
            rx.el.details(rx.el.summary("What it wrote"), rx.el.pre(run.wrote)),
        ),
        rx.cond(
            run.begun_with != "",
            rx.el.details(rx.el.summary("Settings it began with"), rx.el.pre(run.begun_with)),
        ),
        class_name="run-record",
        custom_attrs={"data-testid": "run-record"},
    )


def _step(step: rx.Var[StepRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(step.n.to_string() + ". " + step.node),
            rx.el.small(local_moment(step.at), ", ", step.took),
            class_name="who",
        ),
        rx.foreach(step.told, lambda line: rx.el.p(line)),
        rx.el.details(
            rx.el.summary("Recorded"),
            rx.el.p("Input ", rx.el.code(step.digest), class_name="hint"),
            rx.el.pre(step.output),
        ),
        key=step.n.to_string(),
    )
