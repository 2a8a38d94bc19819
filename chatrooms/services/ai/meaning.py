"""What a question is near to in meaning: the index of a room in Chroma is asked for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import NDArray

from chatrooms.adapters.breaker import Breaker
from chatrooms.adapters.vectors import Near
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.retrieve.sample import Sample
from chatrooms.services.ai.asked_vectors import embed_asked
from chatrooms.services.ai.index_texts import collection_of
from chatrooms.services.ai.samples import sample_of, sample_of_words

log = structlog.get_logger(__name__)

NEAREST = 300
"""Entries of the index whose nearness is asked for; of others it counts as that of the last."""
_CHROMA_TIMEOUT_S = 1.5
"""How long the asker waits for each answer of Chroma's, which take some milliseconds."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a question is near to in meaning."""

    near: Sequence[Near]
    sample: Sample
    is_away: bool
    is_filled: bool = False
    """Whether the index holds most of the room."""


def vector_of(deps: Deps, embedder: Embedder, question: str) -> NDArray[np.float32]:
    """The vector of a question; of no length while the server that embeds is away."""
    try:
        return embed_asked(deps, embedder, [question])[0]
    except VectorsUnavailable:
        return np.zeros(0, dtype=np.float32)


def ask_chroma(
    deps: Deps,
    embedder: Embedder,
    vector: NDArray[np.float32],
    *,
    room_id: int,
    size: Callable[[], int],
) -> Meaning:
    """What is near to this vector in the room, and a sample of the room to measure that by; while
    Chroma is away, or without a vector, nothing, and a sample that tells of words alone. `size`
    tells how many messages the room has. The caller checks the right."""
    breaker = Breaker(deps.redis, "chroma")
    collection = collection_of(embedder.key, room_id)
    if len(vector) and not breaker.is_open:
        try:
            # A vector of nothing is near to nothing.
            near = (
                deps.vectors.nearest(collection, vector, limit=NEAREST, timeout_s=_CHROMA_TIMEOUT_S)
                if vector.any()
                else []
            )
            sample, is_filled = sample_of(
                deps,
                embedder,
                room_id=room_id,
                size=size(),
                length=len(vector),
                timeout_s=_CHROMA_TIMEOUT_S,
            )
        except VectorsUnavailable:
            log.warning("found_by_words_alone", room_id=room_id)
            breaker.failed()
        else:
            breaker.succeeded()
            return Meaning(near, sample, is_away=False, is_filled=is_filled)
    sample = sample_of_words(deps, embedder, room_id=room_id, size=size())
    return Meaning([], sample, is_away=True)
