"""The switch that stops every agent at once, for administrators."""

import reflex as rx

from chatrooms.components.controls import button, icon
from chatrooms.state.agents_switch import AgentsSwitchState


def agents_switch() -> rx.Component:
    """Whether agents may act, and the way to change it."""
    return rx.el.section(
        rx.el.h2("Room agents"),
        rx.el.div(
            icon("bot", 16),
            rx.el.p(
                rx.cond(
                    AgentsSwitchState.are_stopped,
                    "All agents are stopped. They neither look at rooms nor post.",
                    "Agents look at quiet rooms and propose polls, threads and topics.",
                ),
                class_name="grow hint",
                role="status",
            ),
            rx.cond(
                AgentsSwitchState.are_stopped,
                button("Let agents go on", kind="ghost", on_click=AgentsSwitchState.turn(False)),
                button("Stop all agents", kind="danger", on_click=AgentsSwitchState.turn(True)),
            ),
            class_name="form-row",
        ),
        class_name="panel",
    )
