"""Who types where in one room, for as long as each notice lasts."""

from dataclasses import dataclass, field

from chatrooms.domain.events import Person

ROOM = 0
"""Stands for the room itself; the other places are threads, by root."""


@dataclass(slots=True)
class Typists:
    """The people who type, by place and account, each with the time at which the notice ends."""

    _until: dict[int, dict[int, tuple[Person, float]]] = field(
        default_factory=dict[int, dict[int, tuple[Person, float]]]
    )

    def at(self, place: int) -> list[Person]:
        """Who types there, those first who began first."""
        return [person for person, _ in self._until.get(place, {}).values()]

    def note(self, place: int, person: Person, *, ends: float) -> bool:
        """Somebody types there until `ends`; whether that is news."""
        here = self._until.setdefault(place, {})
        is_new = person.id not in here
        here[person.id] = (person, ends)
        return is_new

    def stop(self, place: int, account_id: int) -> bool:
        """Somebody types there no more; whether that is news."""
        return self._until.get(place, {}).pop(account_id, None) is not None

    def rename(self, person: Person) -> set[int]:
        """Somebody has another name or face; the places where that shows."""
        places = {place for place, here in self._until.items() if person.id in here}
        for place in places:
            self._until[place][person.id] = (person, self._until[place][person.id][1])
        return places

    def expire(self, now: float) -> set[int]:
        """Forget the notices that ran out; the places where that shows."""
        gone = {
            (place, account_id)
            for place, here in self._until.items()
            for account_id, (_, ends) in here.items()
            if ends <= now
        }
        for place, account_id in gone:
            del self._until[place][account_id]
        for place in [place for place, here in self._until.items() if not here]:
            del self._until[place]
        return {place for place, _ in gone}
