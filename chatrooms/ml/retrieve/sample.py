"""Ranking some messages of a room as if all of them had been looked at.

What is rare, and what stands out, is told by a sample of the room: a question then costs the same
in a room of a thousand messages and in one of a million.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.embed.embedder import Vectors
from chatrooms.ml.retrieve.calibration import Calibration
from chatrooms.ml.retrieve.combining import Scores, combined, plausible
from chatrooms.ml.retrieve.confidence import Background
from chatrooms.ml.retrieve.conversation import Line, answered_lines
from chatrooms.ml.retrieve.history import Ranking
from chatrooms.ml.retrieve.reading import Read, read
from chatrooms.ml.retrieve.signals import K1, B
from chatrooms.ml.retrieve.wording import content_stems

_KEPT = 8_192


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as ranking reads it."""

    vector: NDArray[np.float32]
    """Of no length if it cannot be had."""
    weights: Mapping[str, float]
    """How much each stem that it asks about tells: more for rare ones."""
    unknown: frozenset[str]
    """Those of these stems that were found nowhere yet."""
    grams: NDArray[np.int64]
    gram_weights: Scores
    """Their TF-IDF, of length 1 together."""


class Sample:
    """Some messages of a room, in their order, with their vectors."""

    def __init__(
        self, lines: Sequence[Line], vectors: Vectors, *, size: int, calibration: Calibration
    ) -> None:
        """`vectors`: one row per line, or none at all if they cannot be had; `size`: how many
        messages the whole room has."""
        self.size = max(size, len(lines))
        self.calibration = calibration
        self._vectors = vectors
        self._reads = [read(line.text) for line in lines]
        self._usual = max(1.0, float(np.mean([each.words for each in self._reads] or [1])))
        every = np.concatenate([np.zeros(0, np.int64), *(each.grams for each in self._reads)])
        self._grams, found_in = np.unique(every, return_counts=True)
        count = len(lines)
        self._rarities = np.log((1 + count) / (1 + found_in)) + 1
        self._unseen = float(np.log(1 + count) + 1)
        self._lengths: dict[int, tuple[Read, float]] = {}

    def ask(self, question: str, vector: NDArray[np.float32], found_in: Mapping[str, int]) -> Asked:
        """The question, ready for `rank`. `found_in`: how many of the room's messages hold each of
        the stems that it asks about; 0 for those that are not named."""
        weights = {
            stem: float(np.log(1 + (self.size - times + 0.5) / (times + 0.5)))
            for stem in content_stems(question)
            for times in [min(found_in.get(stem, 0), self.size)]
        }
        asked = read(question)
        grams = asked.times * self._rarity(asked.grams)
        length = float(np.linalg.norm(grams)) or 1.0
        strange = frozenset(stem for stem in weights if not found_in.get(stem))
        unknown = strange.difference(*(each.stems for each in self._reads))
        return Asked(vector, weights, unknown, asked.grams, grams / length)

    def rank(self, asked: Asked, lines: Sequence[Line], meaning: Scores) -> Ranking:
        """How well each of these messages of the room answers. They stand in their order, stretches
        parted by blank lines; `meaning` holds their cosines with the question."""
        reads = [read(line.text) for line in lines]
        return self._rank(asked, reads, answered_lines(lines), meaning)

    def background(self, asked: Asked) -> Background:
        """How near the question is to the sample: by that `confidence` tells what stands out."""
        if not len(self._vectors) or not len(asked.vector):
            return Background(np.zeros(0), self.size if self._reads else 0)
        meaning = np.asarray(self._vectors @ asked.vector, dtype=np.float64)
        return Background(meaning, self.size)

    def _rank(
        self,
        asked: Asked,
        reads: Sequence[Read],
        answered: NDArray[np.int64],
        meaning: Scores,
    ) -> Ranking:
        total = sum(asked.weights.values()) or 1.0
        unknown = asked.unknown.difference(*(each.stems for each in reads))
        strange = sum(asked.weights[stem] for stem in unknown)
        bm25, covered = (np.zeros(len(reads)) for _ in range(2))
        for place, each in enumerate(reads):
            for stem, weight in asked.weights.items():
                if times := each.stems.get(stem):
                    norm = K1 * (1 - B + B * each.words / self._usual)
                    bm25[place] += weight * times / (times + norm)
                    covered[place] += weight
        near = (
            bm25 / total
            + self._nearness(asked, reads)
            + self.calibration.meaning_weight * np.maximum(meaning, 0)
        )
        likely = plausible(
            np.array([each.asks for each in reads], dtype=np.float64),
            np.array([each.words for each in reads], dtype=np.float64),
        )
        scores = combined(near, answered, likely)
        return Ranking(scores, meaning, covered / total, strange / total)

    def _nearness(self, asked: Asked, reads: Sequence[Read]) -> Scores:
        """For each text the cosine of the TF-IDF of character n-grams, from 0 to 1."""
        if not len(asked.grams) or not reads:
            return np.zeros(len(reads))
        grams = np.concatenate([each.grams for each in reads])
        places = np.searchsorted(asked.grams, grams)
        places[places == len(asked.grams)] = 0
        shared = np.flatnonzero(asked.grams[places] == grams)
        times = np.concatenate([each.times for each in reads])[shared]
        texts = np.repeat(np.arange(len(reads)), [len(each.grams) for each in reads])[shared]
        parts = times * self._rarity(grams[shared]) * asked.gram_weights[places[shared]]
        sums = np.bincount(texts, weights=parts, minlength=len(reads))
        return sums / np.array([self._length(each) for each in reads])

    def _length(self, each: Read) -> float:
        """The length of a text's TF-IDF. Kept, because the same texts are looked at again."""
        key = id(each)
        kept = self._lengths.get(key)
        if kept is None or kept[0] is not each:
            if len(self._lengths) > _KEPT:
                self._lengths.clear()
            length = float(np.linalg.norm(each.times * self._rarity(each.grams))) or 1.0
            kept = self._lengths[key] = (each, length)
        return kept[1]

    def _rarity(self, grams: NDArray[np.int64]) -> Scores:
        if not len(self._grams):
            return np.full(len(grams), self._unseen)
        places = np.searchsorted(self._grams, grams)
        places[places == len(self._grams)] = 0
        return np.where(self._grams[places] == grams, self._rarities[places], self._unseen)
