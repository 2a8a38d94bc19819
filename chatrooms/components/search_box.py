"""The field that leads to the search page. `search.js` keeps what the address asks for in it."""

import reflex as rx

from chatrooms.components.controls import icon
from chatrooms.domain.search import MAX_QUERY_CHARS
from chatrooms.state.search import SearchState


def search_box(*after: rx.Component, **props) -> rx.Component:
    """A search field; Enter looks for what is in it. Only one is visible at a time."""
    extra = props.pop("class_name", "")
    return rx.el.form(
        icon("search"),
        rx.el.input(
            type="search",
            name="q",
            aria_label="Search",
            placeholder="Search",
            auto_complete="off",
            enter_key_hint="search",
            max_length=MAX_QUERY_CHARS,
            custom_attrs={"data-search": "true"},
        ),
        *after,
        role="search",
        on_submit=SearchState.ask,
        class_name=f"find search-box {extra}".strip(),
        **props,
    )
