"""Which messages of a room are about the same."""

from collections.abc import Sequence, Set
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from chatrooms.ml.ideas.common import GENERIC
from chatrooms.ml.ideas.room import Said


class Similar:
    """TF-IDF of the content stems of messages, and their cosines."""

    def __init__(self, stems: Sequence[Sequence[str]]) -> None:
        self._content = [
            [stem for stem in each if stem not in GENERIC and len(stem) > 1] for each in stems
        ]
        self._known = [frozenset(each) for each in self._content]
        if any(self._content):
            reader = TfidfVectorizer(analyzer=cast(Any, list), sublinear_tf=True)
            table = reader.fit_transform(self._content)
            self._cosines = np.asarray((table @ table.T).toarray(), dtype=np.float64)
        else:
            self._cosines = np.zeros((len(stems), len(stems)))

    def between(self, first: int, second: int) -> float:
        """The cosine of two messages, from 0 to 1."""
        return float(self._cosines[first, second])

    def to(self, place: int) -> NDArray[np.float64]:
        """The cosines of a message with all, itself left out; rounded, so that the last bit of a
        sum decides nothing."""
        near = np.round(self._cosines[place], 9)
        near[place] = 0.0
        return near

    def shared(self, first: int, second: int) -> frozenset[str]:
        """The content stems that both have."""
        return self._known[first] & self._known[second]

    def used_by_others(self, stems: Set[str], said: Said, place: int) -> float:
        """The share of stems that others than the author of a message use too."""
        author = said.lines[place].author
        others = [
            known
            for line, known in zip(said.lines, self._known, strict=True)
            if line.author != author
        ]
        used = sum(any(stem in known for known in others) for stem in stems)
        return used / max(1, len(stems))
