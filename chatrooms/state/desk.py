"""The moderation page: what waits in which queue, and which case is open. Its address says so too:
a link to it works, and going back shows what was there before."""

from collections.abc import Mapping
from urllib.parse import urlencode

import reflex as rx

from chatrooms.domain.errors import CaseUnavailable
from chatrooms.domain.moderation import Queue, SanctionAppealOutcome
from chatrooms.domain.text import clean
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import queue, sanction_review
from chatrooms.services.moderation.deciding import MAX_AT_ONCE
from chatrooms.services.moderation.queue import Desk
from chatrooms.services.moderation.review import CaseInFull
from chatrooms.services.moderation.sanction_review import SanctionCase
from chatrooms.state import audit_address, caller, case, screens
from chatrooms.state.audit_review import AuditReviewState
from chatrooms.state.case_rows import case_row, queue_rows, room_rows
from chatrooms.state.numbers import RecentState
from chatrooms.state.rows import CaseRow, DeskRoomRow, QueueRow

PATH = "/moderation"
_PAGE = 50
_MAX_SHOWN = MAX_AT_ONCE
_MAX_WANTED_CHARS = 100
_PANES = ("list", "case", "person")
_ENDS = {
    SanctionAppealOutcome.LIFTED: "The sanction was lifted{by}.",
    SanctionAppealOutcome.UPHELD: "The sanction was upheld{by}.",
    SanctionAppealOutcome.EXPIRED: "The time-out is over.",
    SanctionAppealOutcome.REPLACED: "Another time-out or ban took its place.",
}
"""How an appeal ended that was open."""


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
    address: str = ""
    """The query of the address at which the page shows what it shows now."""
    answers: str = ""
    """How often the page was loaded, and the query of the address that it was loaded for last;
    empty before."""
    _loads: int = 0

    @rx.event
    async def load(self):
        """Show what the address asks for; the queue where something waits if it names none."""
        found = await _count(self)
        asked = self.router.url.query_parameters
        linked = caller.number(asked.get("case"))
        if linked != self.open_id or not linked:
            self.pane = "case" if linked else "list"
        before = (self.queue, self.room_id, self.wanted)
        _choose(self, found, asked)
        if (self.queue, self.room_id, self.wanted) != before:
            self.cases, self.picked, self.open_id, self.notice = [], [], 0, ""
        await refresh(self, opening=linked)
        self._loads += 1
        self.answers = f"{self._loads} {self.router.url.query}"

    @rx.event
    async def count(self):
        """Read how much waits; asked for again whenever that changes, or anything was decided. Its
        own page reads all; the log is told."""
        if self.router.url.path.rstrip("/") == PATH:
            await refresh(self)
            return RecentState.load
        found = await off_loop(
            queue.count_waiting, caller.deps(), actor_id=await caller.actor_id(self)
        )
        caller.put(self, waiting=-1 if found is None else found)
        return AuditReviewState.follow if screens.is_at(self, audit_address.PATH) else None

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
        elif case_id in _pickable(self):
            self.picked = [*self.picked, case_id]

    @rx.event
    def pick_all(self):
        """Choose everything that is listed; nothing if that was so."""
        ids = _pickable(self)
        self.picked = [] if len(self.picked) == len(ids) else ids


def _pickable(desk: DeskState) -> list[int]:
    """The listed cases about messages: an appeal against a sanction is answered by itself."""
    return [row.id for row in desk.cases if not row.sanction]


async def show(desk: DeskState, case_id: int) -> None:
    """Look at a case; none for 0. One that is not there to be seen is passed over."""
    try:
        await case.show(desk, case_id)
        desk.open_id = case_id
    except CaseUnavailable:
        await case.show(desk, 0)
        desk.open_id = 0
    desk.address = _address(desk)


def _address(desk: DeskState) -> str:
    slugs = [row.slug for row in desk.rooms if row.id == desk.room_id]
    named = {"queue": desk.queue, "room": "".join(slugs), "q": desk.wanted}
    named["case"] = str(desk.open_id or "")
    return "?" + urlencode({name: value for name, value in named.items() if value})


async def refresh(
    desk: DeskState, *, more: int = 0, is_own: bool = False, opening: int = 0
) -> None:
    """Read anew what is shown, and `more` of the list. If the case that is open, or is to be, waits
    no more, the next one opens, and the page says who decided it unless `is_own`."""
    before = [row.id for row in desk.cases]
    await _count(desk)
    await _list(desk, limit=min(max(_PAGE, len(before) + more), _MAX_SHOWN))
    wanted = opening or desk.open_id
    if is_own:
        desk.notice = ""
    elif wanted and wanted not in [row.id for row in desk.cases]:
        desk.notice = await _look_for(desk, wanted)
    ids = [row.id for row in desk.cases]
    desk.picked = [each for each in desk.picked if each in ids]
    await show(desk, wanted if wanted in ids else following(desk, before))


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


def _choose(desk: DeskState, found: Desk, asked: Mapping[str, str]) -> None:
    """Take over what the address asks for, as far as there is such a thing."""
    desk.wanted = clean(asked.get("q", ""), keep_lines=False)[:_MAX_WANTED_CHARS]
    desk.room_id = next((row.id for row in desk.rooms if row.slug == asked.get("room")), 0)
    rows = queue_rows(found, room_id=desk.room_id)
    waits = next((row.queue for row in rows if row.count), Queue.FLAGGED.value)
    desk.queue = _queue(asked.get("queue"), waits).value


async def _count(desk: DeskState) -> Desk:
    """Read the rooms, and how much waits."""
    found = await off_loop(queue.get_desk, caller.deps(), actor_id=await caller.actor_id(desk))
    desk.rooms = room_rows(found)
    if desk.room_id not in [row.id for row in desk.rooms]:
        desk.room_id = 0
    desk.queues = queue_rows(found, room_id=desk.room_id)
    desk.waiting = sum(row.count for row in desk.rooms) if desk.rooms else -1
    return found


async def _list(desk: DeskState, *, limit: int) -> None:
    page = await off_loop(
        queue.list_cases,
        caller.deps(),
        actor_id=await caller.actor_id(desk),
        queue=_queue(desk.queue),
        room_id=desk.room_id or None,
        wanted=desk.wanted,
        limit=limit,
    )
    desk.cases = [case_row(each) for each in page.cases]
    desk.has_more = page.has_more and limit < _MAX_SHOWN


async def _look_for(desk: DeskState, case_id: int) -> str:
    """List the queue in which a case waits that is not listed; if there is no such case to be
    listed, why, in a sentence, as far as that can be told."""
    try:
        found = await off_loop(
            sanction_review.get_any_case,
            caller.deps(),
            actor_id=await caller.actor_id(desk),
            case_id=case_id,
        )
    except CaseUnavailable:
        return ""
    if not found.is_open:
        return _who_decided(found)
    desk.queue, desk.wanted = found.queue.value, ""
    desk.room_id = desk.room_id and found.room_id
    await _list(desk, limit=_MAX_SHOWN)
    is_there = case_id in [row.id for row in desk.cases]
    return "" if is_there else "That case waits further down in its queue."


def _who_decided(found: CaseInFull | SanctionCase) -> str:
    if isinstance(found, SanctionCase):
        by = f" by {found.decided_by}" if found.decided_by else ""
        return _ENDS[found.outcome].format(by=by) if found.outcome else ""
    newest = found.decisions[0] if found.decisions else None
    did = {"keep": "kept", "remove": "removed"}.get(newest.action, "") if newest else ""
    return f"{newest.by} {did} it." if newest and did and newest.by else ""


def _queue(name: object, otherwise: object = Queue.FLAGGED) -> Queue:
    is_one = isinstance(name, str) and name in set(Queue)
    return Queue(name if is_one else otherwise)
