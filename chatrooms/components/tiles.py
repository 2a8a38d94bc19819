"""Single figures side by side."""

import reflex as rx


def tiles(*children: rx.Component) -> rx.Component:
    """Figures in a row, as many as fit."""
    return rx.el.dl(*children, class_name="tiles")


def tile(
    name: str | rx.Var[str], value: rx.Var[str], hint: rx.Var[str] | str | None = None
) -> rx.Component:
    """One figure with its name, and what else there is to say."""
    more = [] if hint is None else [rx.el.small(hint)]
    return rx.el.div(rx.el.dt(name), rx.el.dd(value, *more), class_name="tile")
