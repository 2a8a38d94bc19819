"""An index of meaning for tests: a database of its own on a real Chroma."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.ml.embed.loaded import Embedding
from chatrooms.services.ai import indexing
from chatrooms.services.ai.index_texts import collection_of
from tests.support.inspect import change, open_transactions
from tests.support.people import Place, unique
from tests.support.servers import RunningServer


class Reworded(Lexical):
    """The lexical embedder under another key, as a newer version of it would be."""

    key = "lexical-2"


class Slow(Lexical):
    """The lexical embedder, which waits with its first texts until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the lexical one does."""
        if texts and not self.has_begun.is_set():
            self.has_begun.set()
            assert self.may_go_on.wait(60)
        self.embedded += texts
        return super().embed(texts)


class Watching(Lexical):
    """The lexical embedder, which notes the transactions that are open while it is at work."""

    def __init__(self, deps: Deps) -> None:
        super().__init__()
        self._deps = deps
        self.seen: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the lexical one does."""
        self.seen.append(open_transactions(self._deps))
        return super().embed(texts)


class WatchingVectors(Vectors):
    """Chroma, and the transactions that are open while it is asked."""

    def __init__(self, deps: Deps) -> None:
        super().__init__(deps.vectors._url, database=deps.vectors._database)  # pyright: ignore[reportPrivateUsage]
        self._deps = deps
        self.seen: list[list[str]] = []

    def _call(self, *given: Any, **named: Any) -> Any:
        self.seen.append(open_transactions(self._deps))
        return super()._call(*given, **named)


@contextmanager
def with_index(
    deps: Deps, chroma: RunningServer, *, embedder: Embedder | None = None
) -> Iterator[Deps]:
    """The same dependencies with an empty index of this embedder, the lexical one unless told."""
    chosen = embedder or Lexical()
    change(deps, "TRUNCATE index_requests, index_runs")
    vectors = Vectors(chroma.url, database=unique("test"))
    yield with_embedder(replace(deps, vectors=vectors), chosen)
    vectors.close()


def with_embedder(deps: Deps, chosen: Embedder) -> Deps:
    """The same dependencies with another embedder."""
    return replace(deps, embedding=Embedding(key=lambda: chosen.key, make=lambda: chosen))


def indexed(deps: Deps, room: Place, *message_ids: int) -> list[int]:
    """Which of these messages Chroma holds once the index has followed all that waits."""
    indexing.index_waiting(deps)
    return held_by_chroma(deps, room, *message_ids)


def held_by_chroma(deps: Deps, room: Place, *message_ids: int) -> list[int]:
    """Which of these messages Chroma holds at this moment."""
    ids = {f"message-{each}": each for each in message_ids}
    there = deps.vectors.versions(collection_of(deps.embedding.key, room.id), list(ids))
    return sorted(ids[each] for each in there)
