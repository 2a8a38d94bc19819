"""What a passage is judged by, compared with the conversation it stands in."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from chatrooms.ml.summaries.passages import Passage

_WORD = re.compile(r"\w+(?:'\w+)?")
_VOICE_WORDS = {
    "says_i": "i i'm i've i'd i'll my me",
    "says_you": "you your you're you've",
    "says_we": "we our we're we've we'd we'll us",
    "linking": "the of to for in on with by from which a an",
}
_VOICES: Final = {name: frozenset(words.split()) for name, words in _VOICE_WORDS.items()}
NAMES: Final = ("length", "shared_words", "lexrank", "centroid", "place", *_VOICES)
"""The columns of `features`. The voices are shares of a passage's words."""
_DAMPING = 0.15
_ROUNDS = 50


def words_of(text: str) -> list[str]:
    """The words in lower case, plural and singular alike (Harman 1991, the s-stemmer)."""
    return [_singular(word) for word in _WORD.findall(text.lower())]


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "'s")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]


def content_words(text: str) -> list[str]:
    """The words that carry meaning by themselves."""
    return [word for word in words_of(text) if word not in ENGLISH_STOP_WORDS and len(word) > 1]


def vectors(passages: Sequence[Passage]) -> csr_matrix:
    """TF-IDF of the content words, rows of length 1, or of 0 where a passage has none."""
    texts = [passage.text for passage in passages]
    if not any(map(content_words, texts)):
        return csr_matrix((len(texts), 1))
    return csr_matrix(
        TfidfVectorizer(analyzer=cast(Any, content_words), sublinear_tf=True).fit_transform(texts)
    )


def features(passages: Sequence[Passage], tfidf: csr_matrix) -> NDArray[np.float64]:
    """One row per passage, one column per name in `NAMES`."""
    spread = Counter(word for passage in passages for word in set(content_words(passage.text)))
    similar = (tfidf @ tfidf.T).toarray()
    rank, centroid = _lexrank(similar), similar.sum(axis=1)
    centroid = centroid / (np.sqrt(similar.sum()) or 1.0)
    rows: list[list[float]] = []
    for number, passage in enumerate(passages):
        words = _WORD.findall(passage.text.lower())
        total = max(1, len(words))
        shared = sum(math.log(spread[word]) for word in content_words(passage.text))
        voices = [sum(word in voice for word in words) / total for voice in _VOICES.values()]
        rows.append(
            [
                math.log(total),
                shared / total,
                rank[number],
                centroid[number],
                passage.place,
                *voices,
            ]
        )
    return np.array(rows, dtype=np.float64)


def _lexrank(similar: NDArray[np.float64]) -> NDArray[np.float64]:
    """How central each passage is: 1 is the average, at most 3.

    Source: Erkan and Radev (2004), continuous LexRank.
    """
    step = similar / np.maximum(similar.sum(axis=1, keepdims=True), 1e-9)
    count = len(similar)
    rank = np.full(count, 1 / count)
    for _ in range(_ROUNDS):
        rank = _DAMPING / count + (1 - _DAMPING) * (step.T @ rank)
    return np.minimum(rank * count, 3.0)
