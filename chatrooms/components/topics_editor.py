"""The editor of the tree of topics, for administrators."""

import reflex as rx

from chatrooms.components.controls import button, error_note, field, icon_button
from chatrooms.state.rows import TopicRow
from chatrooms.state.topics import TopicsState


def topics_editor() -> rx.Component:
    """The tree, with a form to add to it and one in place of a topic that is changed."""
    return rx.el.section(
        rx.el.h2("Topics"),
        rx.el.p(
            "What rooms are filed under on Discover. Another name shows everywhere.",
            class_name="hint",
        ),
        _new(),
        rx.cond(TopicsState.editing_id == 0, error_note(TopicsState.error)),
        rx.el.ul(
            rx.foreach(TopicsState.topics, _topic),
            aria_label="Topics",
            class_name="lines topic-lines",
        ),
        class_name="panel",
        aria_label="Topics",
    )


def _new() -> rx.Component:
    return rx.el.form(
        field("New topic", "name", required=True, max_length=60, auto_complete="off"),
        _parent(""),
        button("Add topic", type="submit"),
        on_submit=TopicsState.add,
        class_name="topic-form",
        aria_label="New topic",
        key="new-topic-" + TopicsState.added.to_string(),
    )


def _topic(topic: rx.Var[TopicRow]) -> rx.Component:
    return rx.el.li(
        rx.cond(TopicsState.editing_id == topic.id, _form(topic), _line(topic)),
        key=topic.value,
        custom_attrs={"data-under": rx.cond(topic.parent != "", "true", "false")},
    )


def _line(topic: rx.Var[TopicRow]) -> rx.Component:
    return rx.fragment(
        rx.el.span(topic.name, class_name="grow cut"),
        rx.el.small(
            topic.room_count, rx.cond(topic.room_count == 1, " room", " rooms"), class_name="muted"
        ),
        icon_button("pencil", "Edit topic " + topic.name, on_click=TopicsState.edit(topic.id)),
    )


def _form(topic: rx.Var[TopicRow]) -> rx.Component:
    return rx.el.form(
        field(
            "Name",
            "name",
            required=True,
            max_length=60,
            default_value=topic.name,
            auto_focus=True,
            auto_complete="off",
        ),
        _parent(topic.parent),
        rx.el.div(
            button("Save topic", type="submit"),
            button("Cancel", kind="ghost", on_click=TopicsState.stop),
            button("Delete topic", kind="danger", on_click=TopicsState.delete(topic.id)),
            class_name="form-row",
        ),
        rx.el.p(
            rx.cond(
                topic.parent != "",
                "When it is deleted, its rooms go to " + topic.parent_name + ".",
                "When it is deleted, topics under it move up, and its own rooms have no topic.",
            ),
            class_name="hint",
        ),
        error_note(TopicsState.error),
        on_submit=TopicsState.save,
        class_name="topic-form grow",
        aria_label="Topic",
    )


def _parent(chosen: str | rx.Var[str]) -> rx.Component:
    """Which topic of the upper level it is under."""
    return rx.el.label(
        rx.el.span("Under", class_name="field-label"),
        rx.el.select(
            rx.el.option("Upper level", value=""),
            rx.foreach(
                TopicsState.topics,
                lambda each: rx.cond(
                    each.parent == "",
                    rx.el.option(each.name, value=each.value, key=each.value),
                ),
            ),
            name="parent",
            default_value=chosen,
            class_name="input",
        ),
        class_name="field",
    )
