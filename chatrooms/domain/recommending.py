"""Why a room is recommended."""

from typing import Literal

from pydantic import BaseModel

SHOWN = 4
"""How many rooms somebody sees recommended at once."""
MAX_INTERESTS = 12
MAX_SAID_CHARS = 160
LEAST_PEOPLE = 3
"""How many people one talks with must be in a room before that is a reason."""


class Reason(BaseModel):
    """What a recommendation rests on, as it is stored. What of it is no longer true when it is read
    is left out then."""

    room_id: int | None = None
    """The room that speaks for it most."""
    by: Literal["time", "membership"] = "time"
    """What the person has to do with that room."""
    word: str = ""
    """The interest that speaks for it most, where that says more than any room."""
    said: str = ""
    """The same in the words of a language model; empty if none was asked."""


def reason_words(
    *,
    room: str = "",
    by: str = "time",
    shared: str = "",
    word: str = "",
    people: int = 0,
    is_lively: bool = False,
) -> str:
    """Why, in a sentence for the person.

    Args: what is true of it: the name of the room that leads there and what both are about, the
    interest it suits, how many people that the person talks with are in it, and whether it was
    chosen for how much goes on there.
    """
    why = f"you spend time in {room}" if by == "time" else f"you are in {room}"
    if room and shared:
        return f"Because {why}: both are about {shared}"
    if people >= LEAST_PEOPLE:
        return f"{people} people you talk with are here"
    if word:
        return f"Because you are interested in {word}"
    if room:
        return f"Because {why}"
    return "One of the liveliest rooms here" if is_lively else "You may like it"
