"""Names that several people weigh against each other without anybody asking for a choice."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from chatrooms.ml.ideas.choices import BOUNDARY, VAGUE
from chatrooms.ml.ideas.clauses import asks, sentences
from chatrooms.ml.ideas.common import EMPTY
from chatrooms.ml.ideas.room import Said
from chatrooms.ml.retrieve.wording import stem

_CONTRAST: Final = re.compile(
    r"\b(?:vs\.?|versus|than|over|instead of|compared (?:to|with)|unlike|differen\w+ (?:to|from"
    r"|than))"
    r"\W+(?:\w+\W+){0,3}$|\bbefore\W+$",
    re.I,
)
"""What stands before the second of two names."""
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+#-]*")
_MIN_GAP: Final = 2
"""Words between two names: of fewer they are one name."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Two names, and a line of each person who sets one against the other."""

    names: tuple[str, str]
    places: tuple[int, ...]


def weighed_names(said: Said) -> list[Weighed]:
    """Each two names that at least two people contrast within a sentence."""
    names = _names(said)
    by_author: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for place, text in enumerate(said.texts):
        for sentence in sentences(text):
            if not asks(sentence):
                for pair in _contrasted(sentence, names):
                    by_author[pair][said.lines[place].author] = place
    return [
        Weighed((names[first], names[second]), tuple(sorted(places.values())))
        for (first, second), places in by_author.items()
        if len(places) > 1
    ]


def _names(said: Said) -> dict[str, str]:
    """Words that at least two people use and that are written large within sentences, as they are
    written most often."""
    spelled: defaultdict[str, Counter[str]] = defaultdict(Counter)
    used: defaultdict[str, set[str]] = defaultdict(set)
    for line, text in zip(said.lines, said.texts, strict=True):
        for sentence in sentences(text):
            for at, word in enumerate(map(_bare, _NAME.findall(sentence))):
                used[word.lower()].add(line.author)
                if at:
                    spelled[word.lower()][word] += 1
    return {
        word: counts.most_common(1)[0][0]
        for word, counts in spelled.items()
        if len(used[word]) > 1 and _is_name(word, counts) and word not in said.names
    }


def _bare(word: str) -> str:
    return word.strip(".-")


def _is_name(word: str, counts: Counter[str]) -> bool:
    if word in BOUNDARY or word in VAGUE or stem(word) in EMPTY or len(word) < 2:
        return False
    large = sum(count for spelling, count in counts.items() if spelling != word)
    return 3 * large >= counts.total()


def _contrasted(sentence: str, names: dict[str, str]) -> list[tuple[str, str]]:
    found = [
        (match.start(), match.end(), _bare(match[0]).lower())
        for match in _NAME.finditer(sentence)
        if _bare(match[0]).lower() in names
    ]
    pairs: list[tuple[str, str]] = []
    for (_, end, first), (start, _, second) in combinations(found, 2):
        between = sentence[end:start]
        apart = len(between.split()) >= _MIN_GAP or re.search(r"\b(?:vs|over|than)\b", between)
        if first != second and apart and _CONTRAST.search(between):
            pairs.append((min(first, second), max(first, second)))
    return pairs
