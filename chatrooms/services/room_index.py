"""Vectors of the public rooms: which are near to a text, and what each one's vector is.

`ai/indexing` keeps them like the rooms. They are a moment late, and rights are nobody's here: a
caller asks the database what the actor may see before anything of a room is shown.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.services.access import is_id
from chatrooms.services.ai.index_texts import rooms_collection

_AT_ONCE = 500


def near(deps: Deps, *, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
    """The rooms nearest to a vector of this installation's embedder, with their cosines, nearest
    first. None for a vector of nothing.

    Raises: VectorsUnavailable.
    """
    if not vector.any():
        return []
    found = deps.vectors.nearest(_collection(deps), vector, limit=limit)
    return [(_room_id(each.id), each.cosine) for each in found]


def vectors_of(deps: Deps, room_ids: Collection[int]) -> dict[int, NDArray[np.float32]]:
    """The vectors, each of length 1, of those of these rooms that are in the index.

    Raises: VectorsUnavailable.
    """
    ids = [f"room-{room_id}" for room_id in dict.fromkeys(room_ids)]
    found: dict[int, NDArray[np.float32]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = deps.vectors.vectors(_collection(deps), ids[start : start + _AT_ONCE])
        found |= {_room_id(entry_id): vector for entry_id, vector in some.items()}
    return found


def _collection(deps: Deps) -> str:
    return rooms_collection(deps.embedding.key)


def _room_id(entry_id: str) -> int:
    number = entry_id.removeprefix("room-")
    if not number.isdecimal() or not is_id(room_id := int(number)):
        raise VectorsUnavailable
    return room_id
