"""Loading what a tab has already changes nothing in its state."""

import reflex as rx

from chatrooms.state import caller


class ShelfState(rx.State):
    """Something that a page lists."""

    books: list[str] = []
    count: int = 0


def test_only_what_differs_is_set() -> None:
    state = ShelfState(_reflex_internal_init=True)  # type: ignore[call-arg]
    caller.put(state, books=[], count=0)
    assert not state.dirty_vars
    caller.put(state, books=["Emma"], count=0)
    assert state.dirty_vars == {"books"}
    assert state.books == ["Emma"]
