"""Embeddings by a server that speaks OpenAI's protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.settings import Settings

if TYPE_CHECKING:
    from langchain_openai import OpenAIEmbeddings

OPENAI_MODEL = "text-embedding-3-small"
_MAX_CHARS = 8_000
"""Of a longer text the beginning is read: servers refuse what their model cannot take."""
_BATCH = 64
_HURRY_S = 5.0
"""How long somebody waits for a vector that answers do without if need be."""
_NO_NAME = re.compile(r"[^a-zA-Z0-9.-]+")


def is_configured(settings: Settings) -> bool:
    """Whether there is a server that embeds: OpenAI itself, or another with a model named. A server
    of one's own often has a language model only."""
    if settings.openai_base_url:
        return bool(settings.embeddings_model)
    return bool(settings.openai_api_key.get_secret_value())


def model_of(settings: Settings) -> str:
    """The model that embeds."""
    return settings.embeddings_model or OPENAI_MODEL


def key_of(settings: Settings) -> str:
    """What names collections of the vectors that this server's model gives."""
    return f"openai-{_NO_NAME.sub('-', model_of(settings)).strip('-.')}"


class OpenAIEmbedder:
    """The embedder of meaning of `OPENAI_BASE_URL`, or of OpenAI."""

    name = "openai"

    def __init__(self, settings: Settings, *, in_hurry: bool = False) -> None:
        """`in_hurry`: ask once, and give up after some seconds."""
        self._settings = settings
        self._in_hurry = in_hurry

    @property
    def key(self) -> str:
        """What names collections of its vectors."""
        return key_of(self._settings)

    @cached_property
    def hurried(self) -> OpenAIEmbedder:
        """The same for somebody who waits."""
        return OpenAIEmbedder(self._settings, in_hurry=True)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text, its length 1, or 0 for a blank text.

        Raises: VectorsUnavailable if the server is away, refuses, or answers nonsense.
        """
        from openai import OpenAIError

        spoken = [place for place, text in enumerate(texts) if text.strip()]
        if not spoken:
            return np.zeros((len(texts), 1), dtype=np.float32)
        try:
            found = self._client.embed_documents([texts[each][:_MAX_CHARS] for each in spoken])
            table = np.array(found, dtype=np.float32)
            vectors = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
        # The client takes whatever answers for an answer to its question.
        except (OpenAIError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise VectorsUnavailable from error
        if len(table) != len(spoken) or not table.size or not np.isfinite(table).all():
            raise VectorsUnavailable
        lengths = np.linalg.norm(table, axis=1, keepdims=True)
        vectors[spoken] = table / np.maximum(lengths, np.float32(1e-12))
        return vectors

    @cached_property
    def _client(self) -> OpenAIEmbeddings:
        from langchain_openai import OpenAIEmbeddings

        key, timeout_s = self._settings.openai_api_key, self._settings.llm_timeout_s
        return OpenAIEmbeddings(
            model=model_of(self._settings),
            # Servers of one's own ask for no key, but the client insists on one.
            api_key=key if key.get_secret_value() else SecretStr("none"),
            base_url=self._settings.openai_base_url or None,
            timeout=min(timeout_s, _HURRY_S) if self._in_hurry else timeout_s,
            max_retries=0 if self._in_hurry else self._settings.llm_retries,
            chunk_size=_BATCH,
            # Whole texts: servers other than OpenAI's take no lists of token numbers.
            check_embedding_ctx_length=False,
        )
