"""The moderation page: what waits in which queue, and which case is open."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import CaseUnavailable
from chatrooms.domain.moderation import Queue
from chatrooms.domain.text import clean
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import queue, review
from chatrooms.services.moderation.deciding import MAX_AT_ONCE
from chatrooms.state import caller, case
from chatrooms.state.case_rows import case_row, queue_rows, room_rows
from chatrooms.state.rows import CaseRow, DeskRoomRow, QueueRow

PATH = "/moderation"
_PAGE = 50
_MAX_SHOWN = MAX_AT_ONCE
_MAX_WANTED_CHARS = 100
_PANES = ("list", "case", "person")


class DeskState(rx.State):
    """What a moderator has before the eyes, and how much waits for everybody who is one."""

    waiting: int = -1
    """Cases in all rooms that the person moderates; -1 for somebody who moderates none."""
    rooms: list[DeskRoomRow] = []
    queues: list[QueueRow] = []
    queue: str = Queue.FLAGGED.value
    room_id: int = 0
    """The room that the list is narrowed to; 0 for all."""
    wanted: str = ""
    """Words that the list is narrowed to."""
    cases: list[CaseRow] = []
    has_more: bool = False
    picked: list[int] = []
    """Cases chosen to be decided together."""
    open_id: int = 0
    pane: str = "list"
    """Which part a phone shows."""
    notice: str = ""
    """That somebody else decided the case that was open; empty for nothing to tell."""
    is_loaded: bool = False

    @rx.event
    async def load(self):
        """Show the page anew."""
        self.pane = "list"
        await refresh(self)

    @rx.event
    async def count(self):
        """Read how much waits; asked for again whenever that changes. Its own page reads all."""
        if self.router.url.path.rstrip("/") == PATH:
            await refresh(self)
            return
        found = await off_loop(
            queue.count_waiting, caller.deps(), actor_id=await caller.actor_id(self)
        )
        self.waiting = -1 if found is None else found

    @rx.event
    async def choose_queue(self, name: str):
        """List another queue."""
        self.queue = _queue(name).value
        await _start_over(self)

    @rx.event
    async def choose_room(self, room_id: str):
        """List the cases of one room, or of all."""
        self.room_id = caller.number(room_id)
        await _start_over(self)

    @rx.event
    async def narrow(self, wanted: str):
        """List only what holds these words, or is by a person of that name."""
        self.wanted = clean(wanted, keep_lines=False)[:_MAX_WANTED_CHARS]
        await _start_over(self)

    @rx.event
    async def load_more(self):
        """List the next page too."""
        await refresh(self, more=_PAGE)

    @rx.event
    async def open_case(self, case_id: int):
        """Look at a case of the list."""
        await show(self, caller.number(case_id))
        self.pane, self.notice = "case", ""

    @rx.event
    async def step(self, by: int):
        """Look at the next case of the list, or at the one before."""
        ids = [row.id for row in self.cases]
        if self.open_id in ids:
            place = ids.index(self.open_id) + (1 if by == 1 else -1)
            if 0 <= place < len(ids):
                await show(self, ids[place])
                self.notice = ""

    @rx.event
    def show_pane(self, name: str):
        """Show another part of the page on a phone."""
        self.pane = name if name in _PANES else "list"

    @rx.event
    def pick(self, case_id: int):
        """Choose a listed case to be decided with others, or let it out again."""
        case_id = caller.number(case_id)
        if case_id in self.picked:
            self.picked = [each for each in self.picked if each != case_id]
        elif case_id in [row.id for row in self.cases]:
            self.picked = [*self.picked, case_id]

    @rx.event
    def pick_all(self):
        """Choose everything that is listed; nothing if that was so."""
        ids = [row.id for row in self.cases]
        self.picked = [] if len(self.picked) == len(ids) else ids


async def show(desk: DeskState, case_id: int) -> None:
    """Look at a case; none for 0. One that is not there to be seen is passed over."""
    try:
        await case.show(desk, case_id)
        desk.open_id = case_id
    except CaseUnavailable:
        await case.show(desk, 0)
        desk.open_id = 0


async def refresh(desk: DeskState, *, more: int = 0, is_own: bool = False) -> None:
    """Read anew what is shown, and `more` of the list. If the open case waits no more, the next one
    opens, and the page says who decided it unless `is_own`."""
    before = [row.id for row in desk.cases]
    await _read(desk, limit=min(max(_PAGE, len(before) + more), _MAX_SHOWN))
    ids = [row.id for row in desk.cases]
    desk.picked = [each for each in desk.picked if each in ids]
    was_open = desk.open_id
    if is_own:
        desk.notice = ""
    elif was_open and was_open not in ids:
        desk.notice = await _who_decided(desk, was_open)
    await show(desk, was_open if was_open in ids else following(desk, before))


def following(desk: DeskState, before: list[int]) -> int:
    """The case to look at once the open one is gone: the next that nobody else looks at, else the
    first. `before`: the list while it was there."""
    gone = before.index(desk.open_id) if desk.open_id in before else len(before)
    free = [row.id for row in desk.cases if not row.claimed_by]
    later = [each for each in before[gone:] if each in free]
    return (later or free or [row.id for row in desk.cases] or [0])[0]


async def _start_over(desk: DeskState) -> None:
    desk.cases, desk.picked, desk.open_id, desk.notice = [], [], 0, ""
    await refresh(desk)


async def _read(desk: DeskState, *, limit: int) -> None:
    actor: dict[str, Any] = {"actor_id": await caller.actor_id(desk)}
    found = await off_loop(queue.get_desk, caller.deps(), **actor)
    desk.rooms = room_rows(found)
    if desk.room_id not in [row.id for row in desk.rooms]:
        desk.room_id = 0
    desk.queues = queue_rows(found, room_id=desk.room_id)
    desk.waiting = sum(row.count for row in desk.rooms) if desk.rooms else -1
    if not desk.is_loaded:
        # The page opens where something waits.
        desk.queue = next((row.queue for row in desk.queues if row.count), desk.queue)
    page = await off_loop(
        queue.list_cases,
        caller.deps(),
        **actor,
        queue=_queue(desk.queue),
        room_id=desk.room_id or None,
        wanted=desk.wanted,
        limit=limit,
    )
    desk.cases = [case_row(each) for each in page.cases]
    desk.has_more = page.has_more and limit < _MAX_SHOWN
    desk.is_loaded = True


async def _who_decided(desk: DeskState, case_id: int) -> str:
    try:
        found = await off_loop(
            review.get_case,
            caller.deps(),
            actor_id=await caller.actor_id(desk),
            case_id=case_id,
        )
    except CaseUnavailable:
        return ""
    if found.is_open or not found.decisions:
        return ""
    newest = found.decisions[0]
    did = {"keep": "kept", "remove": "removed"}.get(newest.action, "")
    return f"{newest.by} {did} it." if did and newest.by else ""


def _queue(name: object) -> Queue:
    is_one = isinstance(name, str) and name in set(Queue)
    return Queue(name) if is_one else Queue.FLAGGED
