"""Why a room is recommended."""

from typing import Literal

from pydantic import BaseModel

SHOWN = 4
"""How many rooms somebody sees recommended at once."""
MAX_INTERESTS = 12
MAX_SAID_CHARS = 160
LEAST_PEOPLE = 3
"""How many people must be in a room before that is a reason: people one talks with, or people who
go to another room as well."""


By = Literal["time", "membership", "glance"]
Link = Literal["alike", "both", "people", "faint"]


class Reason(BaseModel):
    """What a recommendation rests on, as it is stored. What of it is no longer true when it is read
    is left out then."""

    room_id: int | None = None
    """The room that speaks for it most."""
    by: By = "time"
    """What the person has to do with that room."""
    link: Link = "alike"
    """What that room has to do with the recommended one: what both are about, the people who go to
    both, both of these, or little."""
    word: str = ""
    """The interest that speaks for it most, where that says more than any room."""
    said: str = ""
    """The same in the words of a language model; empty if none was asked."""


_HOW = {"time": "you spend time in", "membership": "you are in", "glance": "you looked into"}


def reason_words(
    *,
    room: str = "",
    by: str = "time",
    link: str = "alike",
    shared: str = "",
    word: str = "",
    people: int = 0,
    is_lively: bool = False,
) -> str:
    """Why, in a sentence for the person.

    Args: what is true of it: the name of the room that leads there, what the person and what the
    recommended room have to do with that one, what both rooms are about, the interest it suits, how
    many people that the person talks with are in it, and whether it was chosen for how much goes on
    there.
    """
    why = f"{_HOW[by]} {room}"
    if room and shared and link != "people":
        return f"Because {why}: both are about {shared}"
    if people >= LEAST_PEOPLE:
        return f"{people} people you talk with are here"
    if room and link in ("both", "people"):
        return f"People who spend time in {room} also spend time here"
    if word:
        return f"Because you are interested in {word}"
    if room and link == "alike":
        return f"Because {why}, which is about similar things"
    if room:
        return "Something different from the rooms you know"
    return "One of the liveliest rooms here" if is_lively else "You may like it"
