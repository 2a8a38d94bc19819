"""A live room's lists: what the packets of many events add up to on a screen."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatrooms.domain.events import Person, RoomEvent
from chatrooms.domain.view import WINDOW
from chatrooms.live.room import SETTLED_MAX, TAIL_KEPT, TAIL_MAX, LiveRoom
from chatrooms.live.tab import MAX_PAST, Past, Tab
from chatrooms.live.typists import ROOM
from chatrooms.live.wire import Address
from chatrooms.services.sessions import SignedIn
from tests.support.made import START, deleted, edited, message, person, posted, view_of


def a_tab(sid: str, past: Past | None = None) -> Tab:
    me: Person = person(1)
    tab = Tab(Address(sid, sid), SignedIn(1, me, False, START), room_id=7)
    if past is not None:
        tab.show_past(past)
    return tab


class Page:
    """What a browser holds of one tab: vars are replaced by each packet that names them."""

    def __init__(self, room: LiveRoom, tab: Tab) -> None:
        self._room, self.tab = room, tab
        room.tabs[tab.address.sid] = tab
        self.vars: dict[str, Any] = {}
        self.take(room.all_vars(tab))

    def take(self, values: dict[str, str]) -> None:
        self.vars |= {name: json.loads(value) for name, value in values.items()}

    def flush(self, names: set[str]) -> None:
        shared = self._room.shared_vars(names)
        own = self._room.own_vars(self.tab) if names & {"older", "has_older"} else {}
        self.take(shared | own)

    @property
    def positions(self) -> list[int]:
        lists = ["older"] if self.vars["has_newer"] else ["older", "settled", "tail"]
        return [row["position"] for name in lists for row in self.vars[name]]

    @property
    def rows(self) -> dict[int, dict[str, Any]]:
        return {
            row["position"]: row for name in ("older", "settled", "tail") for row in self.vars[name]
        }


def run(room: LiveRoom, pages: list[Page], events: list[RoomEvent]) -> None:
    for event in events:
        room.apply(room.view.seq + 1, event)
        names, room.dirty = room.dirty, set()
        for page in pages:
            page.flush(names)


def scrolled_back(room: LiveRoom, count: int) -> Past:
    first = room.first_position
    return Past(tuple(message(p) for p in range(first - count, first)), has_older=first > count + 1)


def test_a_new_message_is_sent_in_the_short_tail_alone() -> None:
    room = LiveRoom(view_of(WINDOW))
    room.apply(WINDOW + 1, posted(WINDOW + 1))
    assert room.dirty == {"tail"}
    assert len(room.tail) == TAIL_KEPT + 1


def test_the_lists_stay_within_their_sizes_for_ever() -> None:
    room = LiveRoom(view_of(0))
    for position in range(1, 400):
        room.apply(position, posted(position))
        assert len(room.tail) <= TAIL_MAX
        assert len(room.settled) <= SETTLED_MAX
        shown = [m.position for m in (*room.settled, *room.tail)]
        assert shown == list(range(position - len(shown) + 1, position + 1))
        assert len(shown) >= min(position, TAIL_KEPT + SETTLED_MAX)


def test_whoever_scrolled_back_loses_no_message_when_the_lists_move_on() -> None:
    room = LiveRoom(view_of(300))
    page = Page(room, a_tab("scrolled", scrolled_back(room, 30)))
    first = page.positions[0]
    for position in range(301, 401):
        run(room, [page], [posted(position)])
        assert page.positions == list(range(first, position + 1))


def test_whoever_stays_scrolled_back_long_enough_ends_up_in_the_past() -> None:
    room = LiveRoom(view_of(300))
    page = Page(room, a_tab("scrolled", scrolled_back(room, 100)))
    first = page.positions[0]
    run(room, [page], [posted(position) for position in range(301, 301 + 2 * MAX_PAST)])
    assert page.vars["has_newer"]
    assert page.positions == list(range(first, first + len(page.positions)))
    assert len(page.positions) <= MAX_PAST + SETTLED_MAX


def test_edits_and_deletions_reach_pages_of_the_past() -> None:
    room = LiveRoom(view_of(300))
    past = Past((message(20), message(21, quote=message(20))), in_history=True)
    page = Page(room, a_tab("deep", past))
    run(room, [page], [edited(200, "Other words")])
    assert page.rows[20]["body"] == "Other words"
    assert page.rows[21]["quote_text"] == "Other words"
    run(room, [page], [deleted(200)])
    assert page.rows[20]["is_deleted"]
    assert "Other words" not in json.dumps(page.vars)


def test_a_message_ends_its_authors_typing_notice() -> None:
    room = LiveRoom(view_of(3))
    for number in (1, 2):
        room.typists.note(ROOM, person(number), ends=0.0)
    page = Page(room, a_tab("here"))
    run(room, [page], [posted(4, author=1)])
    assert [row["id"] for row in page.vars["typing"]] == [2]


def test_a_view_loaded_anew_leaves_no_page_of_the_past_that_missed_events() -> None:
    room = LiveRoom(view_of(300))
    room.tabs["deep"] = a_tab("deep", Past((message(20),), in_history=True))
    room.tabs["scrolled"] = a_tab("scrolled", scrolled_back(room, 5))
    room.restart(view_of(1200))
    assert [tab.past.messages for tab in room.tabs.values()] == [(), ()]


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["post", "post", "post", "post", "edit", "delete"]), st.integers(0)),
    max_size=150,
)


@given(start=st.integers(0, 200), operations=OPERATIONS, back=st.integers(1, 60))
def test_after_any_events_a_screen_shows_what_a_fresh_one_shows(
    start: int, operations: list[tuple[str, int]], back: int
) -> None:
    room = LiveRoom(view_of(start))
    here = Page(room, a_tab("here"))
    first = room.first_position
    has_past = first > back
    scrolled = Page(room, a_tab("back", scrolled_back(room, back) if has_past else None))
    gone: set[int] = set()
    newest = start
    posts = [*range(1, start + 1)]
    for kind, number in operations:
        seq = room.view.seq + 1
        if kind == "post":
            quote = message(posts[number % len(posts)]) if posts and number % 3 == 0 else None
            quote = None if quote is not None and quote.id in gone else quote
            event: RoomEvent = posted(seq, quote=quote)
            posts.append(seq)
            newest = seq
        elif not posts:
            continue
        else:
            target = posts[number % len(posts)] * 10
            if target in gone:
                continue
            event = edited(target, f"Edit {seq}") if kind == "edit" else deleted(target)
            if kind == "delete":
                gone.add(target)
        run(room, [here, scrolled], [event])
        assert here.positions == posts[len(posts) - len(here.positions) :]
        shown = scrolled.positions
        assert shown == [p for p in posts if shown[0] <= p <= shown[-1]] if shown else not posts
        if not scrolled.vars["has_newer"] and shown:
            assert shown[-1] == newest
    fresh = Page(LiveRoom(room.view), a_tab("fresh"))
    overlap = fresh.positions[1:]
    assert here.positions[-len(overlap) :] == overlap if overlap else True
    for position in overlap:
        assert here.rows[position] == fresh.rows[position]
    assert here.vars["room"] == fresh.vars["room"]
