"""A room's history, ready to be asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatrooms.ml.embed.embedder import Embedder, Vectors
from chatrooms.ml.retrieve.calibration import calibration_of
from chatrooms.ml.retrieve.combining import Scores, combined, plausible
from chatrooms.ml.retrieve.conversation import Line, answered_lines
from chatrooms.ml.retrieve.signals import Characters, Words
from chatrooms.ml.retrieve.wording import asking


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the signals say to one question about each message of a history."""

    scores: Scores
    """The sum of everything; the largest is the best."""
    meaning: Scores
    """Cosines with the question."""
    covered: Scores
    """Shares of what is asked about that the message names, from 0 to 1."""
    unknown: float
    """The share of what is asked about that no message of the room names, from 0 to 1."""

    def best(self, limit: int) -> list[int]:
        """Places of the best messages, best first; of equals the newest first."""
        newest = np.arange(len(self.scores))
        return [int(each) for each in np.lexsort((-newest, -self.scores))[:limit]]


class History:
    """Messages in their order with all that does not depend on a question."""

    def __init__(
        self, lines: Sequence[Line], embedder: Embedder, vectors: Vectors | None = None
    ) -> None:
        """`vectors`: those of the lines if they are known already."""
        texts = [line.text for line in lines]
        self.lines = tuple(lines)
        self.calibration = calibration_of(embedder.name)
        self._embedder = embedder
        self._vectors = embedder.embed(texts) if vectors is None else vectors
        self._words = Words(texts)
        self._characters = Characters(texts)
        self._answered = answered_lines(lines)
        asks = np.array([asking(text) for text in texts])
        self._likely = plausible(asks, self._words.lengths)

    def rank(self, question: str) -> Ranking:
        """How well each message answers. The history must hold at least one."""
        meaning = np.asarray(self._vectors @ self._embedder.embed([question])[0], dtype=np.float64)
        near = (
            self._words.bm25(question)
            + self._characters.nearness(question)
            + self.calibration.meaning_weight * np.maximum(meaning, 0)
        )
        scores = combined(near, self._answered, self._likely)
        covered, unknown = self._words.covered(question), self._words.unknown(question)
        return Ranking(scores, meaning, covered, unknown)
