"""Vectors of texts that are compared again and again."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from chatrooms.ml.embed.embedder import Embedder, Vectors

_MAX = 2_000
"""Up to 8 MB of a thousand numbers each."""


class KeptVectors:
    """Embeds a text once for as long as it is asked for; for several threads at once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """One row per text, as the embedder gives it. Raises: as the embedder does."""
        with self._lock:
            known = {
                text: self._kept[embedder.key, text]
                for text in texts
                if (embedder.key, text) in self._kept
            }
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(new, embedder.embed(new), strict=True)) if new else {}
        with self._lock:
            for text in texts:
                self._kept[embedder.key, text] = known[text]
                self._kept.move_to_end((embedder.key, text))
            while len(self._kept) > _MAX:
                self._kept.popitem(last=False)
        return np.array([known[text] for text in texts])
