"""An index of meaning for tests: a database of its own on a real Chroma."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from chatrooms.adapters.vectors import Vectors
from chatrooms.bootstrap import Deps
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.lexical import Lexical
from chatrooms.ml.embed.loaded import Embedding
from chatrooms.services.ai import indexing
from chatrooms.services.ai.index_texts import collection_of
from tests.support.inspect import change
from tests.support.people import Place, unique
from tests.support.servers import RunningServer


class Reworded(Lexical):
    """The lexical embedder under another key, as a newer version of it would be."""

    key = "lexical-2"


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
