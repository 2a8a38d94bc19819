"""Samples of rooms: what is rare in a room, and what stands out in it.

A sample is for measuring only. Nothing of it is ever shown, so it may be some minutes old.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select, text
from sqlmodel import col

from chatrooms.adapters.vectors import ASK_TIMEOUT_S
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Room
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.retrieve.calibration import calibration_of
from chatrooms.ml.retrieve.conversation import Line
from chatrooms.ml.retrieve.sample import Sample
from chatrooms.services.ai.candidates import read_lines
from chatrooms.services.ai.index_texts import Place, collection_of

STRETCHES, STRETCH = 10, 30
"""How many messages in a row, from how many places of the room: all of a room of up to as many."""

_MISSING = 0.1
"""If no more of a sample is missing, the index counts as filled: what was said just now is always
on its way."""

_IN_STRETCHES = text("""
    SELECT DISTINCT message.id
    FROM rooms, generate_series(0, :stretches - 1) AS number CROSS JOIN LATERAL (
        SELECT id FROM messages
        WHERE room_id = :room AND position >= number * rooms.last_seq / :stretches
        ORDER BY position LIMIT :stretch
    ) AS message
    WHERE rooms.id = :room
""")


def sample_of(
    deps: Deps,
    embedder: Embedder,
    *,
    room_id: int,
    size: int,
    length: int,
    timeout_s: float = ASK_TIMEOUT_S,
) -> tuple[Sample, bool]:
    """A sample of the room, made anew once it is old or the room grew, and whether the index holds
    most of it; `size`: how many messages the room has; `length`: how many numbers the embedder's
    vectors have; `timeout_s`: how long to wait for Chroma. The caller has checked that the room may
    be read. Raises: VectorsUnavailable.
    """
    kept = deps.samples.find(room_id, embedder.key, size=size)
    if kept is not None:
        return kept, True
    lines = _lines(deps, room_id=room_id)
    entries = [Place(room_id, "message", int(line.id)).entry_id for line in lines]
    collection = collection_of(embedder.key, room_id)
    vectors = deps.vectors.vectors(collection, entries, length=length, timeout_s=timeout_s)
    # What is not in the index yet would count as far from everything.
    known = [
        (line, vectors[entry])
        for line, entry in zip(lines, entries, strict=True)
        if entry in vectors
    ]
    sample = Sample(
        [line for line, _ in known],
        np.array([vector for _, vector in known], dtype=np.float32),
        size=size,
        calibration=calibration_of(embedder.name),
    )
    # Texts of signs alone may have no vector at all.
    missing = [
        line
        for line, entry in zip(lines, entries, strict=True)
        if entry not in vectors and any(map(str.isalnum, line.text))
    ]
    is_filled = len(missing) <= _MISSING * len(lines)
    if is_filled:
        # Otherwise the index is being filled: the next question finds more of it.
        deps.samples.keep(room_id, embedder.key, sample, size=size)
    return sample, is_filled


def sample_of_words(deps: Deps, embedder: Embedder, *, room_id: int, size: int) -> Sample:
    """A sample of the room while Chroma is away: one that is kept, else one that knows what is
    usual of words, and of meaning what is usual anywhere. The caller has checked that the room may
    be read."""
    kept = deps.samples.find(room_id, embedder.key, size=size)
    if kept is not None:
        return kept
    nothing = np.zeros((0, 0), dtype=np.float32)
    return Sample(
        _lines(deps, room_id=room_id), nothing, size=size, calibration=calibration_of(embedder.name)
    )


def read_size(tx: Transaction, *, room_id: int) -> int:
    """How many messages the room has. The caller has checked that it may be read."""
    return tx.execute(select(col(Room.message_count)).where(col(Room.id) == room_id)).scalar_one()


def _lines(deps: Deps, *, room_id: int) -> Sequence[Line]:
    """The messages to make a sample of."""
    with transaction(deps.sessions) as tx:
        chosen = tx.scalars(
            _IN_STRETCHES, {"room": room_id, "stretches": STRETCHES, "stretch": STRETCH}
        ).all()
        return [found.line for found, _ in read_lines(tx, chosen, room_id=room_id)]
