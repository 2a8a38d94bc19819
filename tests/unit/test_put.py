"""Loading what a tab has already changes nothing in its state."""

from typing import Any, cast

import reflex as rx

from chatrooms.state import caller


class ShelfState(rx.State):
    """Something that a page lists."""

    books: list[str] = []
    count: int = 0


def test_only_what_differs_is_set() -> None:
    # States are made by Reflex alone; its types do not tell of the argument that admits others.
    state = cast(Any, ShelfState)(_reflex_internal_init=True)
    caller.put(state, books=[], count=0)
    assert not state.dirty_vars
    caller.put(state, books=["Emma"], count=0)
    assert state.dirty_vars == {"books"}
    assert state.books == ["Emma"]
