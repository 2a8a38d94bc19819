"""Messages as retrieval reads them, and which one each answers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_REACH = 40
"""Messages back to which a name at the beginning may refer. Further back it is chance."""

_ADDRESSED = re.compile(r"@?([\w\-\[\]|`^]+)[:,]\s")
_MENTIONED = re.compile(r"@([\w-]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a room's history."""

    id: str
    author: str
    text: str
    reply_to: str | None = None


def answered_lines(lines: Sequence[Line]) -> NDArray[np.int64]:
    """For each line the index of the line that it answers, or -1.

    That is what it replies to, else the last line of the person it addresses by name.
    """
    places = {line.id: place for place, line in enumerate(lines)}
    newest: dict[str, int] = {}
    answered = np.full(len(lines), -1, dtype=np.int64)
    for place, line in enumerate(lines):
        if line.reply_to in places:
            answered[place] = places[line.reply_to]
        else:
            spoken = (newest.get(name, -_REACH - 1) for name in _names(line.text))
            answered[place] = next((each for each in spoken if place - each <= _REACH), -1)
        newest[line.author.lower()] = place
    return answered


def _names(text: str) -> Iterator[str]:
    if addressed := _ADDRESSED.match(text):
        yield addressed[1].lower()
    for mentioned in _MENTIONED.finditer(text):
        yield mentioned[1].lower()
