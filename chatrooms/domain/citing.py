"""Citations in what a language model writes: `[3]` names the message with that number."""

import re
from collections.abc import Collection, Mapping, Sequence

NO_ANSWER = "This room holds no answer to that."
"""What a model writes, and nothing else, where the messages given do not answer the question."""
UNSURE = "I am not sure that this room answers that. The nearest messages:"
"""What an answer begins with, on a line of its own, that may be none."""
_MARK = re.compile(r"[ \t]*\[(\d{1,4}(?:\s*,\s*\d{1,4})*)\]")
_UNFINISHED = re.compile(r"[ \t]*(?:\[[\d,\s]{0,60})?\Z")
_BRACKETED = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")


class CitedText:
    """Text as it arrives in pieces, its citations numbered anew in the order of their first use.

    Numbers that were not given to the model are dropped: it can only cite what it was shown.
    """

    def __init__(
        self, given: Collection[int], *, stand_for: Mapping[int, Sequence[int]] | None = None
    ) -> None:
        """`given`: the numbers in the prompt. `stand_for`: what each of them stands for, where that
        is not itself, such as the messages that a sentence rests on."""
        self._given = {n: (n,) if stand_for is None else tuple(stand_for[n]) for n in given}
        self._held_back = ""
        self.text = ""
        """All that may be shown so far."""
        self.cited: list[int] = []
        """The numbers cited so far, or what they stand for; the mark `[1]` in the text is the first
        of them."""

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
        meant = [each for number in numbers for each in self._given.get(number, ())]
        self.cited += [each for each in dict.fromkeys(meant) if each not in self.cited]
        places = [self.cited.index(each) + 1 for each in meant]
        return "".join(f" [{place}]" for place in dict.fromkeys(places))


def without_marks(text: str) -> str:
    """The text with numbers in brackets turned into numbers in parentheses: what somebody wrote in
    a room must not pass for a citation when it is quoted."""
    return _BRACKETED.sub(r"(\1)", text)


def unmarked(text: str) -> str:
    """The text without its marks."""
    return _MARK.sub("", text)


def cited_lines(text: str) -> list[str]:
    """The lines of a text that carry a mark."""
    return [line.strip() for line in text.split("\n") if _MARK.search(line)]
