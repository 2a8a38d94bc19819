"""What the assistant is writing for people with tabs here: heard from the worker that writes it,
and put onto the tabs that show it."""

from collections.abc import Callable, Mapping

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Kind, Progress
from chatrooms.live.nudges import Nudges
from chatrooms.live.offload import off_loop
from chatrooms.live.tab import Tab
from chatrooms.live.wire import Wire, encode
from chatrooms.services.ai import answering, streaming
from chatrooms.services.ai.conversation import Turn

NO_ANSWER_SHOWN = {"answering_id": "0", "answering_text": '""'}
"""The vars of a page that shows nothing of the assistant's, as JSON by name."""
_Place = tuple[int, int, Kind]
"""Account, room and kind: what a tab shows at once."""


class LiveAnswers:
    """The answers of one web process that are being written. Every method runs on the event loop.

    Which turns there are and how they end is in the database; this is only the text meanwhile.
    """

    def __init__(self, deps: Deps, wire: Wire, nudges: Nudges, *, tabs: Mapping[str, Tab]) -> None:
        self._deps = deps
        self._wire = wire
        self._nudges = nudges
        self._tabs = tabs
        self._heard: set[int] = set()
        self._written: dict[_Place, Progress] = {}
        self._told: set[int] = set()
        """Turns whose end tabs here have read, or were told of by `heal`."""
        self.watch: Callable[[int], None] = lambda account_id: None
        """Called with a person's account id, to hear what is written for that person."""
        self.unwatch: Callable[[int], None] = lambda account_id: None

    def show(self, tab: Tab, kind: Kind) -> None:
        """Have what is written for the tab's person in its room be shown from now on. What was
        written before is asked for with `catch_up`."""
        tab.answers = kind
        account_id = tab.signed_in.account_id
        if account_id not in self._heard:
            self._heard.add(account_id)
            self.watch(account_id)
        self.send(tab)

    async def catch_up(self, tab: Tab, turn: Turn) -> None:
        """Send the tab what is there already of a turn that is being written for it."""
        attempt = streaming.Attempt(turn.id, turn.attempt)
        found = await off_loop(streaming.read_progress, self._deps, attempt)
        place = _place(tab)
        if place is not None:
            account_id, room_id, kind = place
            nothing = Progress(
                turn_id=turn.id,
                attempt=turn.attempt,
                asked_at=turn.asked_at,
                account_id=account_id,
                room_id=room_id,
                kind=kind,
            )
            self.receive(found or nothing)

    def note_ended(self, turn_id: int) -> None:
        """A tab has read that this turn ended: nothing was missed."""
        if any(each.turn_id == turn_id for each in self._written.values()):
            self._told.add(turn_id)

    def hide(self, tab: Tab) -> None:
        """Show the tab nothing of the assistant."""
        if tab.answers is not None:
            tab.answers = None
            self.send(tab)

    def receive(self, progress: Progress) -> None:
        """Take in how far a turn is, and send it to the tabs that show it."""
        place = (progress.account_id, progress.room_id, progress.kind)
        known = self._written.get(place)
        if known is not None and not progress.is_after(known):
            return
        if progress.account_id not in self._heard:
            return
        self._told.discard(progress.turn_id)
        self._written[place] = progress
        tabs = [tab for tab in self._tabs.values() if _place(tab) == place]
        if tabs:
            packet = self._wire.vars({}, answer=_vars(progress))
            for tab in tabs:
                tab.send(self._wire, packet)

    def send(self, tab: Tab) -> None:
        """Send the tab what is there of what it shows."""
        tab.send(self._wire, self._wire.vars({}, answer=self.vars(tab)))

    def vars(self, tab: Tab) -> dict[str, str]:
        """What the tab shows, as JSON by name."""
        place = _place(tab)
        progress = self._written.get(place) if place is not None else None
        return _vars(progress) if progress is not None else NO_ANSWER_SHOWN

    def forget_unseen(self) -> None:
        """Give up what nobody here looks at any more."""
        seen = {tab.signed_in.account_id for tab in self._tabs.values() if tab.answers is not None}
        for account_id in self._heard - seen:
            self.unwatch(account_id)
        self._heard &= seen
        self._written = {k: v for k, v in self._written.items() if k[0] in seen}

    async def heal(self) -> None:
        """Have tabs load how turns ended, in case that was not heard.

        Raises: sqlalchemy.exc.SQLAlchemyError.
        """
        known = {each.turn_id: each.account_id for each in self._written.values()}
        self._told &= set(known)
        asked = [turn_id for turn_id in known if turn_id not in self._told]
        if asked:
            ended = await off_loop(answering.list_ended, self._deps, turn_ids=asked)
            self._told |= ended
            self._nudges.accounts({known[turn_id] for turn_id in ended}, "turns")

    def mend(self) -> None:
        """Have tabs load what may have been missed while nothing was heard."""
        self._nudges.accounts(self._heard, "turns")


def _place(tab: Tab) -> _Place | None:
    if tab.answers is None or tab.room_id is None:
        return None
    return (tab.signed_in.account_id, tab.room_id, tab.answers)


def _vars(progress: Progress) -> dict[str, str]:
    return {"answering_id": encode(progress.turn_id), "answering_text": encode(progress.text)}
