"""all-MiniLM-L6-v2 by sentence-transformers, where somebody has installed that.

The weights are the same file, checked in the same way, and the vectors equal those of `minilm`.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from chatrooms.ml.embed.embedder import Vectors
from chatrooms.ml.embed.minilm import MiniLM, read_published
from chatrooms.ml.errors import ModelMissing

PACKAGE = "sentence-transformers"
_MODULE = "sentence_transformers"


def is_installed() -> bool:
    """Whether sentence-transformers can be imported. It is not: that takes seconds."""
    return find_spec(_MODULE) is not None


class MiniLMByTorch:
    """As `MiniLM`, computed by PyTorch. Nothing is fetched: the model is what the folder holds."""

    name = key = MiniLM.key

    def __init__(self, folder: Path) -> None:
        read_published(folder)
        try:
            # As NumPy's, its threads would take cores that judge and deliver messages.
            import_module("torch").set_num_threads(1)
            self._model: Any = import_module(_MODULE).SentenceTransformer(
                str(folder), device="cpu", local_files_only=True
            )
        except (ImportError, OSError, ValueError) as error:
            raise ModelMissing(
                f"{PACKAGE} is installed and cannot load MiniLM: {error}. Repair or uninstall it;"
                " without it NumPy is used."
            ) from error

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of 384 per text, its length 1. What goes beyond 256 tokens is not read."""
        if not texts:
            return np.zeros((0, 384), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)
