"""Vectors of wording: hashed words and character n-grams."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from chatrooms.ml.embed.embedder import Vectors

_EACH = 512


class Lexical:
    """The embedder of wording: always there, 1024 numbers per text.

    Words and their character n-grams have a half each, so that neither outvotes the other.
    Source: feature hashing (Weinberger et al., 2009).
    """

    name = key = "lexical"

    def __init__(self) -> None:
        self._halves = (
            HashingVectorizer(n_features=_EACH, stop_words="english"),
            HashingVectorizer(n_features=_EACH, analyzer="char_wb", ngram_range=(3, 5)),
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of 1024 per text, its length 1, or 0 if the text is blank."""
        if not texts:
            return np.zeros((0, 2 * _EACH), dtype=np.float32)
        both = hstack([half.transform(texts) for half in self._halves])
        return np.asarray(normalize(both).toarray(), dtype=np.float32)
