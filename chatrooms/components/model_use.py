"""The part of the administrator's page about the language model."""

import reflex as rx

from chatrooms.components.controls import chip, link, skeleton
from chatrooms.state.model_use import ModelUseState
from chatrooms.state.rows import CostRow

_HEADS = ("Calls", "Tokens in", "Tokens out", "Estimated cost")


def model_use() -> rx.Component:
    """Which model answers, whether it does, and what it took; nothing of it until that is known."""
    return rx.el.section(
        rx.el.h2("Assistant"),
        rx.cond(ModelUseState.model.name != "", _known(), skeleton(3)),
        class_name="panel model-use",
        aria_label="Assistant",
    )


def _known() -> rx.Component:
    model = ModelUseState.model
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                rx.el.b(model.name),
                rx.el.small(
                    rx.cond(
                        model.is_built_in,
                        "It quotes the room. Nothing leaves this server.",
                        rx.cond(
                            model.server != "",
                            "Asked at " + model.server,
                            "Asked at OpenAI",
                        ),
                    )
                ),
                class_name="grow stack",
            ),
            rx.cond(
                model.is_refusing,
                chip("Not answering", class_name="warn"),
                chip("In use"),
            ),
            class_name="form-row",
        ),
        _index(),
        rx.cond(
            ModelUseState.days.length() > 0,
            rx.fragment(
                _table("By day, the last 30 days in UTC", "Day", ModelUseState.days),
                _table("By room, the last 30 days", "Room", ModelUseState.rooms),
            ),
            rx.el.p("It was not asked anything in the last 30 days.", class_name="muted"),
        ),
    )


def _index() -> rx.Component:
    """With which vectors messages are found, and how far their index is."""
    index = ModelUseState.index
    return rx.el.div(
        rx.el.div(
            rx.el.b("Index of meaning: ", index.embedder),
            rx.el.small(index.progress),
            class_name="grow stack",
        ),
        rx.cond(index.is_away, chip("Chroma does not answer", class_name="warn")),
        class_name="form-row",
    )


def _table(caption: str, head: str, rows: rx.Var[list[CostRow]]) -> rx.Component:
    heads = (head, *_HEADS)
    return rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="hint"),
            rx.el.thead(rx.el.tr(*(rx.el.th(each, scope="col") for each in heads))),
            rx.el.tbody(rx.foreach(rows, _row)),
            class_name="table",
        ),
        class_name="table-frame",
        tab_index=0,
        role="group",
        aria_label=caption,
    )


def _row(row: rx.Var[CostRow]) -> rx.Component:
    label = rx.cond(row.slug != "", link(row.label, to="/rooms/" + row.slug), row.label)
    return rx.el.tr(
        rx.el.th(label, scope="row"),
        rx.el.td(row.calls),
        rx.el.td(row.shown),
        rx.el.td(row.written),
        rx.el.td(row.dollars),
        key=row.label + row.slug,
    )
