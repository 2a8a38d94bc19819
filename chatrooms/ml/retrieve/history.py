"""A room's history, ready to be asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatrooms.ml.embed.embedder import Embedder, Vectors
from chatrooms.ml.retrieve.calibration import calibration_of
from chatrooms.ml.retrieve.conversation import Line, answered_lines
from chatrooms.ml.retrieve.signals import Characters, Scores, Words
from chatrooms.ml.retrieve.wording import asking

_DECAY = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""What the messages before count, the nearest first: an answer often names nothing of its question,
which stands a few messages above it."""
_CONTEXT = 0.4
_QUESTION_LOSS = 0.5
"""A message that asks the same seldom answers it."""
_SHORT_LOSS = 0.5
_SHORT_WORDS = 3
"""A greeting or a `yes` may stand near anything; the loss fades by this many words."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the signals say to one question about each message of a history."""

    scores: Scores
    """The sum of everything; the largest is the best."""
    meaning: Scores
    """Cosines with the question."""
    covered: Scores
    """Shares of what is asked about that the message names, from 0 to 1."""

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
        short = np.exp(-self._words.lengths / _SHORT_WORDS)
        self._plausible = (1 - _QUESTION_LOSS * asks) * (1 - _SHORT_LOSS * short)

    def rank(self, question: str) -> Ranking:
        """How well each message answers. The history must hold at least one."""
        meaning = np.asarray(self._vectors @ self._embedder.embed([question])[0], dtype=np.float64)
        near = (
            self._words.bm25(question)
            + self._characters.nearness(question)
            + self.calibration.meaning_weight * np.maximum(meaning, 0)
        )
        scores = (near + _CONTEXT * self._context(near)) * self._plausible
        return Ranking(scores, meaning, self._words.covered(question))

    def _context(self, near: Scores) -> Scores:
        """For each message how near the best of those before it is, or the one it answers."""
        context = np.where(self._answered >= 0, near[self._answered], 0.0)
        for distance, weight in enumerate(_DECAY, start=1):
            np.maximum(context[distance:], weight * near[:-distance], out=context[distance:])
        return context
