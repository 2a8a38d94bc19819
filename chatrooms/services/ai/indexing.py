"""Keeping the index of meaning like the rooms: vectors of what may be found, and of nothing else.

What changed waits in `index_requests`. A worker takes a batch under a lease, reads how each text
stands now, and makes Chroma follow, so that doing it twice or in another order ends in the same.
Only then the requests go. Embedding and Chroma take long, so no transaction is open meanwhile. Of a
thread, each message is an entry of its own: what it says can be cited alone, a vector of the whole
would blur with each reply and leave out what is beyond the 256 tokens that MiniLM reads, and the
messages around a hit are looked at anyhow.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Select, delete, func, insert, literal, select, text, update
from sqlmodel import col

from chatrooms.adapters.vectors import Entry
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, exclusively, transaction
from chatrooms.db.tables import IndexRequest, IndexRun, Message, Room, Summary, SummarySentence
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.services import waking
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.ai.index_texts import (
    Indexable,
    Place,
    can_be_found,
    count_findable,
    find_indexable,
    sentences,
)

log = structlog.get_logger(__name__)

BATCH = 64
"""Texts embedded in one go; with MiniLM about a second of one core."""
LEASE = timedelta(minutes=1)
"""How long a worker may be silent before what it took counts as waiting again."""
BUDGET = timedelta(seconds=20)
"""How long a worker indexes before others in its queue have their turn."""
_TRIES = 4
_BEGINNING_LOCK = 0x696E646578
_FOLLOWING_LOCK = 0x696E646579


@dataclass(frozen=True, slots=True)
class _Taken:
    """Requests that this worker took, and where the texts stand that they are about."""

    ids: Sequence[int]
    places: frozenset[Place]


def index_alone(deps: Deps) -> int:
    """As `index_waiting`, by one worker at a time: a flood of messages leaves the others free for
    what else is in their queues. Who finds somebody at it goes again, and is sent for anew when
    that one ends."""
    with exclusively(deps.sessions, lock=_FOLLOWING_LOCK) as is_alone:
        if not is_alone:
            waking.note_put_off(deps, waking.INDEXING)
            return 0
        done = index_waiting(deps)
    waking.wake_put_off(deps, waking.INDEXING)
    return done


def index_waiting(deps: Deps, *, budget: timedelta = BUDGET) -> int:
    """Have the index follow what waits, then go on with what was there before the embedder was
    chosen; how many texts were looked at. Ends at the end of the budget, and asks for a worker if
    something is left. For the worker: safe to repeat, and at once by several.

    Raises: VectorsUnavailable, after which everything waits as before; ModelUnusable.
    """
    waking.note_begun(deps, waking.INDEXING)
    embedder = deps.embedding.embedder()
    if not _begin(deps, embedder):
        return 0
    end, done = time.monotonic() + budget.total_seconds(), 0
    while time.monotonic() < end:
        count = _follow_some(deps, embedder)
        if not count and not _ask_for_older(deps, embedder):
            return done
        done += count
    waking.wake(deps, waking.INDEXING)
    return done


def rebuild(deps: Deps) -> Iterator[tuple[int, int]]:
    """Empty the index and fill it anew, batch by batch: after each, how many messages were looked
    at, by workers as well, and about how many there are. For the operator at the console.

    Raises: as `index_waiting`.
    """
    embedder = deps.embedding.embedder()
    with transaction(deps.sessions) as tx:
        tx.execute(delete(IndexRun))
        total = count_findable(tx)
    # Another process may be emptying it. Only the operator at the console waits for that.
    _begin(deps, embedder, waits=True)
    while _ask_for_older(deps, embedder):
        while _follow_some(deps, embedder):
            pass
        done = _done(deps, embedder)
        yield done, max(done, total)
    while _follow_some(deps, embedder):
        yield total, total
    yield total, total


def _done(deps: Deps, embedder: Embedder) -> int:
    """How many messages were looked at since the index was begun, by whomever."""
    with transaction(deps.sessions) as tx:
        run = tx.get(IndexRun, embedder.key)
        if run is None or run.before_id is None:
            return 0
        return count_findable(tx, down_to=run.before_id)


def _begin(deps: Deps, embedder: Embedder, *, waits: bool = False) -> bool:
    """Begin to fill the index if this embedder is new, or if Chroma lost its data. Collections that
    were there go, of all embedders: nobody would take out of them what may not be found any more.

    False if somebody else is beginning at this moment, unless the caller `waits` for that.
    """
    identity = deps.vectors.identity()
    if _has_begun(deps, embedder, identity):
        return True
    with exclusively(deps.sessions, lock=_BEGINNING_LOCK, waits=waits) as is_alone:
        if not is_alone:
            return False
        if _has_begun(deps, embedder, identity):
            return True
        for name in deps.vectors.names():
            deps.vectors.drop(name)
        with transaction(deps.sessions) as tx:
            tx.execute(delete(IndexRun))
            tx.add(IndexRun(embedder=embedder.key, chroma_id=identity, started_at=deps.clock()))
            tx.flush()
            _ask_for_all(
                tx,
                sentences().with_only_columns(
                    col(Summary.room_id), literal("summary"), col(SummarySentence.id)
                ),
            )
            _ask_for_all(
                tx,
                select(col(Room.id), literal("room"), col(Room.id)).where(IS_PUBLISHED),
            )
    log.info("indexing_begun", embedder=embedder.key)
    return True


def _ask_for_all(tx: Transaction, wanted: Select[int, str, int]) -> None:
    """Ask for texts of these rooms, kinds and ids."""
    tx.execute(insert(IndexRequest).from_select(["room_id", "kind", "item_id"], wanted))


def _has_begun(deps: Deps, embedder: Embedder, identity: str) -> bool:
    with transaction(deps.sessions) as tx:
        run = tx.get(IndexRun, embedder.key)
        return run is not None and run.chroma_id == identity


def _follow_some(deps: Deps, embedder: Embedder) -> int:
    """Follow some of what waits; how many requests. They wait again if this fails."""
    taken = _take(deps)
    try:
        _follow(deps, embedder, taken.places)
    except BaseException:
        _give_back(deps, taken)
        raise
    with transaction(deps.sessions) as tx:
        tx.execute(delete(IndexRequest).where(col(IndexRequest.id).in_(taken.ids)))
    return len(taken.ids)


# A room that became private should not wait for thousands of messages, and people look for rooms.
_TAKE_ROOMS, _TAKE = (
    text(f"""
        UPDATE index_requests SET due_at = now() + :lease WHERE id IN (
            SELECT id FROM index_requests WHERE due_at <= now() {which}
            ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
        ) RETURNING id, room_id, kind, item_id
    """)
    for which in ("AND kind = 'room'", "")
)


def _take(deps: Deps) -> _Taken:
    with transaction(deps.sessions) as tx:
        how = {"limit": BATCH, "lease": LEASE}
        rows = tx.execute(_TAKE_ROOMS, how).all() or tx.execute(_TAKE, how).all()
    places = frozenset(Place(row.room_id, row.kind, row.item_id) for row in rows)
    return _Taken([row.id for row in rows], places)


def _give_back(deps: Deps, taken: _Taken) -> None:
    with transaction(deps.sessions) as tx:
        tx.execute(
            update(IndexRequest)
            .where(col(IndexRequest.id).in_(taken.ids))
            .values(due_at=func.now())
        )


def _ask_for_older(deps: Deps, embedder: Embedder) -> int:
    """Ask for messages that were there before the run began, the newest first; how many."""
    with transaction(deps.sessions) as tx:
        run = tx.scalars(
            select(IndexRun)
            .where(col(IndexRun.embedder) == embedder.key, col(IndexRun.finished_at).is_(None))
            .with_for_update()
        ).one_or_none()
        if run is None:
            return 0
        older = select(col(Message.id), col(Message.room_id)).where(*can_be_found())
        if run.before_id is not None:
            older = older.where(col(Message.id) < run.before_id)
        rows = tx.execute(older.order_by(col(Message.id).desc()).limit(BATCH)).all()
        if len(rows) < BATCH:
            run.finished_at = deps.clock()
        if rows:
            run.before_id = rows[-1].id
            asked = [{"room_id": r.room_id, "kind": "message", "item_id": r.id} for r in rows]
            tx.execute(insert(IndexRequest), asked)
        return len(rows)


def _follow(deps: Deps, embedder: Embedder, places: Collection[Place]) -> None:
    """Make the index like the database in these places.

    Another worker may be following a newer change of the same text, so what was written is compared
    with the database once more: whoever writes last has seen the last change.
    """
    left = set(places)
    for _ in range(_TRIES):
        if not left:
            return
        wanted = _indexable(deps, left)
        by_collection: dict[str, set[Place]] = defaultdict(set)
        for place in left:
            by_collection[place.collection(embedder.key)].add(place)
        for collection, some in by_collection.items():
            _write(deps, embedder, collection, some, wanted)
        now = _indexable(deps, left)
        left = {each for each in left if wanted.get(each) != now.get(each)}
    raise VectorsUnavailable("Texts change faster than they can be indexed.")


def _indexable(deps: Deps, places: Collection[Place]) -> dict[Place, Indexable]:
    with transaction(deps.sessions) as tx:
        return find_indexable(tx, places)


def _write(
    deps: Deps,
    embedder: Embedder,
    collection: str,
    places: Collection[Place],
    wanted: dict[Place, Indexable],
) -> None:
    there = deps.vectors.versions(collection, [each.entry_id for each in places])
    new = [
        (each.entry_id, wanted[each])
        for each in places
        if each in wanted and there.get(each.entry_id) != wanted[each].version
    ]
    vectors = embedder.embed([each.text for _, each in new])
    entries = [
        Entry(entry_id, vector, each.version)
        for (entry_id, each), vector in zip(new, vectors, strict=True)
        # Nothing is near to a text in which there is nothing to see.
        if vector.any()
    ]
    deps.vectors.upsert(collection, entries)
    gone = [each.entry_id for each in places if each not in wanted and each.entry_id in there]
    deps.vectors.delete(collection, gone)
