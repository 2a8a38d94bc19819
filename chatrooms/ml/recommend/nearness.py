"""How near rooms are to each other: by what they are about, and by who goes there."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

from chatrooms.ml.embed.embedder import Vectors

_FEW_ROOMS = 3
_FEW_PEOPLE = 8
_SHARED_PEOPLE = 2.0
"""How much people who go to two rooms beyond chance count beside what the rooms are about."""

Nearness = NDArray[np.float32]


def centre_of(vectors: Vectors) -> Vectors:
    """What all rooms have in common, which says nothing about any. Among few rooms it is what most
    of them are about as well, so it counts for less.

    Args: vectors of length 1, shape (rooms, width), all rooms or a fair sample.
    Returns: shape (width,).
    """
    if not len(vectors):
        return np.zeros(vectors.shape[1], dtype=np.float32)
    share = len(vectors) / (len(vectors) + _FEW_ROOMS)
    return (vectors.mean(axis=0) * share).astype(np.float32)


def centred(vectors: Vectors, centre: Vectors) -> Vectors:
    """The same vectors seen from the centre, again of length 1; a room without text stays 0.

    Source: removing the common direction (Mu and Viswanath, All-but-the-Top, 2018).
    """
    there = np.linalg.norm(vectors, axis=1, keepdims=True) > 0
    return np.asarray(normalize((vectors - centre) * there), dtype=np.float32)


def covisits(
    visits: csr_array, people: int, visitors: NDArray[np.float64] | None = None
) -> csr_array:
    """How much oftener than by chance the same people are in two rooms.

    Args:
        visits: shape (people, rooms), 1 where the person is or was in the room. For some rooms
            alone it may hold only the people of those; the rows of others then mean nothing.
        people: how many there are in all.
        visitors: of each room, where `visits` does not hold all of them.
    Returns: shape (rooms, rooms), 0 or more, 0 for a room with itself. What rests on few people is
        drawn towards 0.
    Source: item-based collaborative filtering (Sarwar et al., 2001) with shrinkage (Bell and
        Koren, 2007).
    """
    held = np.asarray(visits.sum(axis=0), dtype=float)
    if not visits.nnz:
        return csr_array((len(held), len(held)))
    visitors = held if visitors is None else visitors
    cosines = cosine_similarity(visits.T, dense_output=False).tocoo()
    row, column = cosines.coords
    together = cosines.data * np.sqrt(held[row] * held[column])
    beyond = together - visitors[row] * visitors[column] / max(people, 1)
    shrunk = np.maximum(beyond, 0) / (np.sqrt(visitors[row] * visitors[column]) + _FEW_PEOPLE)
    kept = (row != column) & (shrunk > 0)
    rooms = len(held)
    return csr_array((shrunk[kept], (row[kept], column[kept])), shape=(rooms, rooms))


def by_people(shared: float) -> float:
    """What `covisits` of two rooms adds to how near they are."""
    return _SHARED_PEOPLE * shared


def add_people(by_text: Nearness, shared: csr_array) -> None:
    """Add to how near rooms are by text, in place, how near they are by people; both of the same
    shape. Rooms that are less alike than any two are not alike."""
    np.maximum(by_text, 0, out=by_text)
    held = shared.tocoo()
    rows, columns = held.coords
    by_text[rows, columns] += (_SHARED_PEOPLE * held.data).astype(np.float32)
