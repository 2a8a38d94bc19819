"""Vectors of what somebody asks, and waits for."""

from collections.abc import Sequence

import structlog

from chatrooms.adapters.breaker import Breaker
from chatrooms.adapters.embeddings import OpenAIEmbedder
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.embed.embedder import Embedder, Vectors

log = structlog.get_logger(__name__)


def embed_asked(deps: Deps, embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """As `Embedder.embed`, for somebody who waits: a server is asked once and not for long, and
    after a few failures not at all for some seconds.

    Raises: VectorsUnavailable while that server is away.
    """
    if not isinstance(embedder, OpenAIEmbedder):
        return embedder.embed(texts)
    breaker = Breaker(deps.redis, "embeddings")
    if breaker.is_open:
        raise VectorsUnavailable
    try:
        vectors = embedder.hurried.embed(texts)
    except VectorsUnavailable as error:
        log.warning("not_embedded", error=type(error.__cause__).__name__)
        breaker.failed()
        raise
    breaker.succeeded()
    return vectors
