"""The rooms recommended to the person, and the subjects the person is interested in."""

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services.recommending import reading, wishes
from chatrooms.services.recommending.reading import Recommended
from chatrooms.state import caller
from chatrooms.state.recommended_rows import RecommendedRow, SubjectRow


async def _rows(state: rx.State) -> list[RecommendedRow]:
    found = await off_loop(
        reading.list_recommended, caller.deps(), actor_id=await caller.actor_id(state)
    )
    return [_row(each) for each in found]


def _row(each: Recommended) -> RecommendedRow:
    return RecommendedRow(
        room_id=each.room_id,
        slug=each.slug,
        name=each.name,
        topic=each.topic,
        reason=each.reason,
        member_count=each.member_count,
    )


class RecommendedState(rx.State):
    """Rooms to go to next. What is stored is shown at once; newer ones come by a nudge."""

    rooms: list[RecommendedRow] = []
    is_loaded: bool = False
    declined_name: str = ""
    """The room that was just declined, for as long as that can be taken back here."""
    _declined_id: int = 0

    @rx.event
    async def load(self):
        """Read what is recommended, on a page that shows it."""
        self.declined_name, self._declined_id = "", 0
        self.rooms = await _rows(self)
        self.is_loaded = True

    @rx.event
    async def follow(self):
        """Read it anew, in a tab that has shown it."""
        if self.is_loaded:
            self.rooms = await _rows(self)

    @rx.event
    async def decline(self, room_id: int):
        """Never recommend a room again."""
        room_id = caller.number(room_id)
        await off_loop(
            wishes.decline,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            room_id=room_id,
        )
        names = [each.name for each in self.rooms if each.room_id == room_id]
        self.declined_name, self._declined_id = (names or ["The room"])[0], room_id
        self.rooms = await _rows(self)

    @rx.event
    async def take_back(self):
        """The room that was just declined may be recommended again."""
        if self._declined_id:
            await off_loop(
                wishes.take_back,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=self._declined_id,
            )
        self.declined_name, self._declined_id = "", 0
        self.rooms = await _rows(self)


async def _subjects(state: rx.State) -> list[SubjectRow]:
    found = await off_loop(
        wishes.list_subjects, caller.deps(), actor_id=await caller.actor_id(state)
    )
    return [SubjectRow(word=each.word, is_picked=each.is_picked) for each in found]


class InterestsState(rx.State):
    """Subjects to pick."""

    subjects: list[SubjectRow] = []
    error: str = ""

    @rx.event
    async def load(self):
        """Read what was picked and what else there is."""
        self.error = ""
        self.subjects = await _subjects(self)

    @rx.event
    async def pick(self, word: str, is_on: bool):
        """Pick a subject, or give it up. Each stays where it is shown until the page is loaded."""
        self.error = ""
        try:
            await off_loop(
                wishes.set_interest,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                word=str(word),
                is_on=bool(is_on),
            )
        except ChatError as error:
            self.error = str(error)
            return
        self.subjects = [
            SubjectRow(word=each.word, is_picked=bool(is_on)) if each.word == word else each
            for each in self.subjects
        ]
