"""Citations in what a language model writes: `[3]` names the message with that number."""

import re
from collections.abc import Collection

NO_ANSWER = "This room holds no answer to that."
"""What a model writes, and nothing else, where the messages given do not answer the question."""
_MARK = re.compile(r"[ \t]*\[(\d{1,4}(?:\s*,\s*\d{1,4})*)\]")
_UNFINISHED = re.compile(r"[ \t]*(?:\[[\d,\s]{0,60})?\Z")
_BRACKETED = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")


class CitedText:
    """Text as it arrives in pieces, its citations numbered anew in the order of their first use.

    Numbers that were not given to the model are dropped: it can only cite what it was shown.
    """

    def __init__(self, given: Collection[int]) -> None:
        """`given`: the numbers of the messages in the prompt."""
        self._given = frozenset(given)
        self._held_back = ""
        self.text = ""
        """All that may be shown so far."""
        self.cited: list[int] = []
        """The numbers cited so far; the mark `[1]` in the text is the first of them."""

    def feed(self, piece: str) -> None:
        """Take the next piece in. A mark that may go on in the next one is held back."""
        waiting = self._held_back + piece
        unfinished = _UNFINISHED.search(waiting)
        cut = unfinished.start() if unfinished else len(waiting)
        self._held_back = waiting[cut:]
        self.text += _MARK.sub(self._renumber, waiting[:cut])

    def finish(self) -> str:
        """The whole text; nothing more comes."""
        self.text = (self.text + _MARK.sub(self._renumber, self._held_back)).strip()
        self._held_back = ""
        return self.text

    def _renumber(self, mark: re.Match[str]) -> str:
        numbers = [int(each) for each in mark[1].split(",")]
        for number in numbers:
            if number in self._given and number not in self.cited:
                self.cited.append(number)
        places = [self.cited.index(each) + 1 for each in numbers if each in self.cited]
        return "".join(f" [{place}]" for place in dict.fromkeys(places))


def without_marks(text: str) -> str:
    """The text with numbers in brackets turned into numbers in parentheses: what somebody wrote in
    a room must not pass for a citation when it is quoted."""
    return _BRACKETED.sub(r"(\1)", text)
