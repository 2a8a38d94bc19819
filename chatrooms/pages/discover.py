"""The page that lists public rooms."""

import reflex as rx

from chatrooms.components.controls import button, empty_state, icon, skeleton
from chatrooms.components.recommended import recommended
from chatrooms.components.room_card import room_card
from chatrooms.pages.frame import frame, page_head
from chatrooms.services.directory import MAX_QUERY_CHARS
from chatrooms.state.discover import DiscoverState
from chatrooms.state.rows import TagRow, TopicRow

_PAUSE_MS = 200
_SORTS = (("activity", "Activity"), ("newest", "Newest"), ("size", "Size"))


def discover_page() -> rx.Component:
    """Public rooms to search, filter, look into and join."""
    return frame(
        page_head("Discover", "Public rooms: read first, join when you like"),
        rx.el.div(
            rx.el.div(_search(), _sorts(), class_name="discover-bar"),
            # Who looks for something wants to see what is found.
            rx.cond(
                (DiscoverState.query == "")
                & (DiscoverState.topic == "")
                & (DiscoverState.tag == ""),
                recommended(),
            ),
            rx.el.div(
                _topics(),
                rx.el.div(_shown(), _tags(), _found(), class_name="discover-rooms"),
                class_name="discover-columns",
            ),
            class_name="scroll",
        ),
        name="discover",
    )


def _search() -> rx.Component:
    return rx.el.div(
        icon("search"),
        rx.el.input(
            type="search",
            aria_label="Find a room",
            placeholder="Find a room by its words or by what it is about",
            default_value=DiscoverState.query,
            auto_complete="off",
            max_length=MAX_QUERY_CHARS,
            on_change=DiscoverState.search.debounce(_PAUSE_MS),
            key="find-" + DiscoverState.loads.to_string(),
        ),
        class_name="find grow",
    )


def _sorts() -> rx.Component:
    return rx.el.nav(
        rx.cond(DiscoverState.query != "", _sort("best", "Best")),
        *(_sort(name, word) for name, word in _SORTS),
        aria_label="Order",
        class_name="segmented",
    )


def _sort(name: str, word: str) -> rx.Component:
    return button(
        word,
        kind="plain",
        on_click=DiscoverState.choose_sort(name),
        custom_attrs={"aria-pressed": rx.cond(DiscoverState.sort == name, "true", "false")},
    )


def _topics() -> rx.Component:
    return rx.el.nav(
        rx.el.ul(
            rx.el.li(_topic_button("All topics", DiscoverState.topic == "", "")),
            rx.foreach(DiscoverState.topics, _topic),
            class_name="topic-tree",
        ),
        aria_label="Topics",
        class_name="discover-topics",
    )


def _topic(topic: rx.Var[TopicRow]) -> rx.Component:
    return rx.el.li(
        _topic_button(topic.name, DiscoverState.topic == topic.slug, topic.slug, topic.room_count),
        key=topic.slug,
        custom_attrs={"data-under": rx.cond(topic.parent != "", "true", "false")},
    )


def _topic_button(
    name: str | rx.Var[str],
    is_here: rx.Var[bool],
    slug: str | rx.Var[str],
    count: rx.Var[int] | None = None,
) -> rx.Component:
    return button(
        rx.el.span(name, class_name="grow cut"),
        rx.cond(count > 0, rx.el.small(count)) if count is not None else rx.fragment(),
        kind="plain",
        class_name="topic-row",
        on_click=DiscoverState.choose_topic(slug),
        custom_attrs={"aria-pressed": rx.cond(is_here, "true", "false")},
    )


def _tags() -> rx.Component:
    return rx.cond(
        DiscoverState.tags.length() > 0,
        rx.el.div(
            rx.foreach(DiscoverState.tags, _tag),
            role="group",
            aria_label="Tags",
            class_name="tags discover-tags",
        ),
    )


def _tag(tag: rx.Var[TagRow]) -> rx.Component:
    return button(
        "#" + tag.name,
        kind="plain",
        class_name="chip sm chip-btn",
        on_click=DiscoverState.choose_tag(tag.name),
        custom_attrs={"aria-pressed": rx.cond(DiscoverState.tag == tag.name, "true", "false")},
        key=tag.name,
    )


def _shown() -> rx.Component:
    """What the list below is of. Its height stays, so that nothing jumps."""
    return rx.el.div(
        rx.cond(
            (DiscoverState.topic != "") | (DiscoverState.tag != ""),
            rx.fragment(
                _chosen(
                    "Topic",
                    DiscoverState.topic_label,
                    DiscoverState.choose_topic(""),
                    DiscoverState.topic != "",
                ),
                _chosen(
                    "Tag",
                    "#" + DiscoverState.tag,
                    DiscoverState.choose_tag(""),
                    DiscoverState.tag != "",
                ),
            ),
            rx.el.span("All topics and tags", class_name="muted"),
        ),
        rx.cond(
            DiscoverState.is_by_words_only,
            rx.el.span(
                icon("unplug", 14),
                "By words only: meanings cannot be compared right now",
                role="status",
                class_name="with-icon muted",
            ),
        ),
        class_name="discover-shown",
    )


def _chosen(
    what: str, name: rx.Var[str], on_click: rx.EventHandler, is_chosen: rx.Var[bool]
) -> rx.Component:
    return rx.cond(
        is_chosen,
        button(
            name,
            icon("x", 12),
            kind="plain",
            class_name="chip chip-btn chosen",
            aria_label=what + " " + name + ", show all",
            on_click=on_click,
        ),
    )


def _found() -> rx.Component:
    return rx.fragment(
        rx.cond(
            DiscoverState.rooms.length() > 0,
            rx.el.div(rx.foreach(DiscoverState.rooms, room_card), class_name="cards"),
            rx.cond(DiscoverState.is_loaded, _nothing(), skeleton(5)),
        ),
        rx.cond(
            DiscoverState.has_more,
            button("Show more", kind="ghost", on_click=DiscoverState.load_more),
        ),
        rx.el.p(
            DiscoverState.rooms.length(),
            rx.cond(DiscoverState.rooms.length() == 1, " room shown", " rooms shown"),
            role="status",
            class_name="sr-only",
        ),
    )


def _nothing() -> rx.Component:
    is_narrowed = (DiscoverState.topic != "") | (DiscoverState.tag != "")
    return rx.cond(
        (DiscoverState.query != "") | is_narrowed,
        empty_state(
            "search-x",
            "No room matches",
            "Try other words, or look in all topics and tags.",
            button("Show all rooms", kind="soft", on_click=DiscoverState.clear),
        ),
        empty_state(
            "sprout", "No public rooms yet", "Be the first: open a room with the plus sign."
        ),
    )
