"""Finds the messages of a room that a question is about, and says how sure that is.

What is nearest in meaning (Chroma) and what shares the rarest words (PostgreSQL) become one list by
reciprocal rank (Cormack et al., 2009). Those at its top are read with what stands around them, and
ranked by all signals of `ml/retrieve`. Chroma only proposes: what is read is read from the database
in the transaction that asks for the actor's rights, so that nothing else can be found. While Chroma
or the server that embeds is away, words alone have to do.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np
import structlog
from numpy.typing import NDArray

from chatrooms.adapters.vectors import Near
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.errors import ModelUnusable
from chatrooms.ml.retrieve.confidence import confidence
from chatrooms.ml.retrieve.conversation import Line
from chatrooms.ml.retrieve.wording import content_words
from chatrooms.services.access import access_room
from chatrooms.services.ai.asked_vectors import embed_asked
from chatrooms.services.ai.beside import beside
from chatrooms.services.ai.candidates import (
    Found,
    Spoken,
    TooSlow,
    find_by_words,
    find_sources,
    read_around,
)
from chatrooms.services.ai.index_texts import item_of
from chatrooms.services.ai.meaning import NEAREST, ask_chroma, vector_of
from chatrooms.services.ai.samples import read_size

log = structlog.get_logger(__name__)

_PROPOSED = 100
_SEEDS = 30
_RRF = 60
_LOOKED_AT = 10
_EMBEDDED = 8
"""Messages not in the index yet that are embedded while the asker waits."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found."""

    message_id: int
    revision: int
    """Which text of it was read."""
    author_name: str
    text: str
    sent_at: datetime
    is_neighbour: bool
    """Whether it only stands beside one that was found."""
    thread_id: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What was found."""

    hits: tuple[Hit, ...] = ()
    """In the order of the room."""
    support: float = 0.0
    """How sure it is that they hold the answer, from 0 to 1."""
    by_words: bool = False
    """Whether it is words, mostly, that were looked for, because Chroma is away, nothing embeds the
    question, or the index is yet to be filled."""


@dataclass(frozen=True, slots=True)
class _FromDatabase:
    """What the database knows while the question is embedded."""

    size: int
    """How many messages the room has."""
    spoken: Spoken | None
    """What has words of the question; None if that took too long: what is near in meaning has to
    do then."""


def retrieve(
    deps: Deps, *, actor_id: int, room_id: int, question: str, limit: int = 12
) -> Retrieved:
    """The messages of a room that may answer a question, at most `limit`: two thirds are the best,
    of equals the newest, the others stand beside them. All of them approved and to be seen by
    everybody in the room at this moment.

    While Chroma or the server that embeds is away they are found by their words alone; after a few
    failures it is not asked for some seconds.

    Raises: as `access_room`; VectorsUnavailable if the weights of the embedder cannot be used, or
        words cannot be looked for in time either.
    """
    words = content_words(question)
    with beside(partial(_ask_db, deps, actor_id, room_id, list(words.values()))) as asked_db:
        try:
            embedder = deps.embedding.embedder()
        except ModelUnusable as error:
            raise VectorsUnavailable from error
        vector = vector_of(deps, embedder, question)
        meaning = ask_chroma(
            deps, embedder, vector, room_id=room_id, size=lambda: asked_db.result().size
        )
        spoken = asked_db.result().spoken
    near, sample = meaning.near, meaning.sample
    if spoken is None and meaning.is_away:
        raise VectorsUnavailable
    spoken = spoken or Spoken()
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        cosines = _cosines(tx, near)
        proposed = sorted(cosines, key=lambda id_: -cosines[id_])[:_PROPOSED]
        seeds = _fused(proposed, spoken.message_ids)[:_SEEDS]
        found = read_around(tx, room_id=room_id, message_ids=seeds)
    if not found:
        return Retrieved(by_words=meaning.is_away)
    lines = [each.line if each else Line("", "", "") for each in found]
    if len(vector) and not (meaning.is_filled and len(near) == NEAREST):
        # What else was found is too new to be in Chroma.
        cosines |= _embedded(deps, embedder, vector, lines, known=cosines, first=spoken.message_ids)
    by_words = meaning.is_away or not (
        meaning.is_filled or all(int(line.id) in cosines for line in lines if line.id)
    )
    least = min([each.cosine for each in near] or [0.0])
    usual = min(least, sample.calibration.meaning.mean)
    nearness = np.array([cosines.get(int(line.id or 0), usual) for line in lines])
    asked = sample.ask(
        question, vector, {stem: spoken.found_in.get(word, 0) for stem, word in words.items()}
    )
    ranking = sample.rank(asked, lines, nearness)
    best = [place for place in ranking.best(len(lines)) if found[place] is not None]
    support = confidence(ranking, best[:_LOOKED_AT], sample.calibration, sample.background(asked))
    hits = _hits(found, best, ranking.scores.tolist(), limit=limit)
    return Retrieved(hits, support, by_words=by_words)


def _ask_db(deps: Deps, actor_id: int, room_id: int, words: Sequence[str]) -> _FromDatabase:
    """What the database knows before anything is near in meaning. Raises: as `access_room`."""
    size = 0
    try:
        with transaction(deps.sessions) as tx:
            access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
            size = read_size(tx, room_id=room_id)
            spoken = find_by_words(tx, room_id=room_id, words=words, limit=_PROPOSED)
            return _FromDatabase(size, spoken)
    except TooSlow:
        log.warning("words_not_found_in_time", room_id=room_id)
        return _FromDatabase(size, None)


def _cosines(tx: Transaction, near: Sequence[Near]) -> dict[int, float]:
    """How near messages are in meaning. A sentence of a summary says what the messages that it
    rests on mean, so they are as near as it is."""
    items = [(each.cosine, *item_of(each.id)) for each in near]
    sources = find_sources(tx, [item for _, kind, item in items if kind == "summary"])
    cosines: dict[int, float] = {}
    for cosine, kind, item in items:
        for message_id in sources.get(item, ()) if kind == "summary" else (item,):
            cosines[message_id] = max(cosine, cosines.get(message_id, cosine))
    return cosines


def _embedded(
    deps: Deps,
    embedder: Embedder,
    vector: NDArray[np.float32],
    lines: Sequence[Line],
    *,
    known: Collection[int],
    first: Sequence[int],
) -> dict[int, float]:
    """How near some of these lines are that are not known, `first` before others."""
    texts = {int(line.id): line.text for line in lines if line.id and int(line.id) not in known}
    chosen = [*(id_ for id_ in first if id_ in texts), *texts]
    some = list(dict.fromkeys(chosen))[:_EMBEDDED]
    if not some:
        return {}
    try:
        vectors = embed_asked(deps, embedder, [texts[id_] for id_ in some])
    except VectorsUnavailable:
        # The server that embedded the question went away since.
        return {}
    return {id_: float(each @ vector) for id_, each in zip(some, vectors, strict=True)}


def _fused(*rankings: Iterable[int]) -> list[int]:
    """All messages of these rankings, best first; of equals the newest."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, message_id in enumerate(ranking):
            scores[message_id] = scores.get(message_id, 0.0) + 1 / (_RRF + rank)
    return sorted(scores, key=lambda id_: (-scores[id_], -id_))


def _hits(
    found: Sequence[Found | None], best: Sequence[int], scores: Sequence[float], *, limit: int
) -> tuple[Hit, ...]:
    chosen: dict[int, tuple[int, bool]] = {}
    for place in best:
        if len(chosen) < max(1, limit * 2 // 3):
            chosen.setdefault(_found(found, place).message_id, (place, False))
    for place, _ in list(chosen.values()):
        for near in (place - 1, place + 1):
            each = found[near] if 0 <= near < len(found) else None
            if each is not None and len(chosen) < limit:
                chosen.setdefault(each.message_id, (near, True))
    hits = [
        (_found(found, place), scores[place], is_neighbour)
        for place, is_neighbour in chosen.values()
    ]
    hits.sort(key=lambda hit: hit[0].position)
    return tuple(
        Hit(
            message_id=each.message_id,
            revision=each.revision,
            author_name=each.author_name,
            text=each.line.text,
            sent_at=each.sent_at,
            is_neighbour=is_neighbour,
            thread_id=each.thread_id,
            score=score,
        )
        for each, score, is_neighbour in hits
    )


def _found(found: Sequence[Found | None], place: int) -> Found:
    each = found[place]
    assert each is not None
    return each
