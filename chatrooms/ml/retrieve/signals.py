"""How near each message of a history is to a question, by words and by characters."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csc_array
from sklearn.feature_extraction.text import TfidfVectorizer

from chatrooms.ml.retrieve.combining import Scores
from chatrooms.ml.retrieve.wording import content_stems, stems

K1 = 1.2
B = 0.75


class Words:
    """The words of a history. Source: BM25 (Robertson and Walker, 1994)."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(stems(text)) for text in texts]
        self.lengths = np.array([each.total() for each in counts], dtype=np.float64)
        """Words of each text."""
        words = {word for each in counts for word in each}
        self._columns = {word: column for column, word in enumerate(sorted(words))}
        rows = np.repeat(np.arange(len(texts)), [len(each) for each in counts])
        columns = np.array([self._columns[word] for each in counts for word in each], dtype=int)
        times = np.array([each[word] for each in counts for word in each], dtype=np.float64)
        usual = max(1.0, float(self.lengths.sum()) / max(1, len(texts)))
        norm = K1 * (1 - B + B * self.lengths / usual)
        gains = times * (K1 + 1) / (times + norm[rows])
        shape = (len(texts), len(words))
        self._gains = csc_array((gains, (rows, columns)), shape=shape)
        self._held = csc_array((np.ones(len(times)), (rows, columns)), shape=shape)
        self._found_in = np.bincount(columns, minlength=len(words)).astype(np.float64)

    def bm25(self, question: str) -> Scores:
        """For each text its BM25 as a share of the most that one could have, from 0 to 1."""
        return self._sum(self._gains, question) / (K1 + 1)

    def covered(self, question: str) -> Scores:
        """For each text the share of what is asked about that it names; rare words count more."""
        return self._sum(self._held, question)

    def unknown(self, question: str) -> float:
        """The share of what is asked about that no text names; rare words count more."""
        _, weights, strange = self._weighed(question)
        return strange / ((weights.sum() + strange) or 1.0)

    def _sum(self, table: csc_array, question: str) -> Scores:
        known, weights, strange = self._weighed(question)
        total = weights.sum() + strange
        if not known or not total:
            return np.zeros(len(self.lengths))
        return np.asarray(table[:, known] @ weights) / total

    def _weighed(self, question: str) -> tuple[list[int], Scores, float]:
        """The columns of the words that are asked about, their weights, and the weight of those
        that no text has."""
        asked = content_stems(question)
        known = [self._columns[each] for each in asked if each in self._columns]
        strange = (len(asked) - len(known)) * float(self._rarity(np.zeros(1))[0])
        return known, self._rarity(self._found_in[known]), strange

    def _rarity(self, found_in: Scores) -> Scores:
        count = len(self.lengths)
        return np.log(1 + (count - found_in + 0.5) / (found_in + 0.5))


class Characters:
    """The character n-grams of a history, which see through spelling and word forms."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._reader = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        try:
            self._table = self._reader.fit_transform(texts)
        except ValueError:  # no character in any text
            self._table = None
        self._count = len(texts)

    def nearness(self, question: str) -> Scores:
        """For each text the cosine of TF-IDF weights, from 0 to 1."""
        if self._table is None:
            return np.zeros(self._count)
        asked = self._reader.transform([question])
        return np.asarray((self._table @ asked.T).toarray()[:, 0], dtype=np.float64)
