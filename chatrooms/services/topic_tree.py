"""The tree of topics that public rooms are filed under, and which of them fits a room.

It has two levels. Administrators change it; a room keeps its topic by number, so another name shows
wherever the topic does. What is deleted leaves its rooms, and the topics under it, to its parent.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Room, Topic
from chatrooms.domain.errors import AlreadyTaken, InvalidInput, TopicUnavailable, VectorsUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import check_line, slugify
from chatrooms.ml.errors import ModelUnusable
from chatrooms.ml.recommend.room_text import room_text
from chatrooms.services.access import access_account, access_admin, access_room, is_id
from chatrooms.services.access_rooms import IS_PUBLISHED
from chatrooms.services.ai.asked_vectors import embed_asked

MAX_TOPIC_NAME_CHARS = 60
MAX_TOPICS = 500
LEAST_COSINE = 0.2
"""Nothing is suggested that is less like a room than this."""
_TREE_LOCK = 0x746F7069
_MIN_CHARS = 3


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """A topic in its place."""

    id: int
    slug: str
    name: str
    parent_id: int | None
    parent_name: str
    """Empty at the top."""
    room_count: int
    """Public rooms under it, those of the topics below included."""


def list_topics(deps: Deps, *, actor_id: int, limit: int = MAX_TOPICS) -> list[TopicInfo]:
    """The tree by name: each topic of the upper level, followed by those under it.

    Raises: NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        topics = _read(tx, limit=limit)
        counts = dict(
            tx.execute(
                select(col(Room.topic_id), func.count())
                .where(IS_PUBLISHED, col(Room.topic_id).is_not(None))
                .group_by(col(Room.topic_id))
            ).all()
        )
    names = {topic.id: topic.name for topic in topics}
    below: dict[int, int] = {}
    for topic in topics:
        if topic.parent_id is not None:
            below[topic.parent_id] = below.get(topic.parent_id, 0) + counts.get(topic.id, 0)
    return [
        TopicInfo(
            id=topic.id,
            slug=topic.slug,
            name=topic.name,
            parent_id=topic.parent_id,
            parent_name=names.get(topic.parent_id or 0, ""),
            room_count=counts.get(topic.id, 0) + below.get(topic.id, 0),
        )
        for topic in topics
    ]


def find_ids(deps: Deps) -> dict[str, int]:
    """The topics' ids by slug. For tools at the console."""
    with transaction(deps.sessions) as tx:
        return {topic.slug: topic.id for topic in _read(tx)}


def _read(tx: Transaction, *, limit: int = MAX_TOPICS) -> list[Topic]:
    found = tx.scalars(select(Topic).order_by(func.lower(col(Topic.name)), col(Topic.id))).all()
    roots = [topic for topic in found if topic.parent_id is None]
    ordered = [
        each
        for root in roots
        for each in (root, *(topic for topic in found if topic.parent_id == root.id))
    ]
    return ordered[:limit]


def add_topic(deps: Deps, *, actor_id: int, name: str, parent_id: int | None = None) -> int:
    """A new topic's id. For administrators.

    Raises: NotAllowed, InvalidInput, AlreadyTaken, TopicUnavailable.
    """
    with _changing(deps) as tx:
        access_admin(tx, actor_id=actor_id)
        _check_parent(tx, parent_id)
        if tx.execute(select(func.count()).select_from(Topic)).scalar_one() >= MAX_TOPICS:
            raise InvalidInput(f"There can be at most {MAX_TOPICS} topics.")
        checked = _checked(name)
        topic = Topic(parent_id=parent_id, slug=_free_slug(tx, slugify(checked)), name=checked)
        tx.add(topic)
        tx.flush()
        return topic.id


def edit_topic(
    deps: Deps, *, actor_id: int, topic_id: int, name: str, parent_id: int | None
) -> None:
    """Give a topic a name, which shows everywhere, and a place: under another of the upper level,
    or on that level. Its address stays. For administrators.

    Raises: as `add_topic`; InvalidInput if one that has others under it should go under another.
    """
    with _changing(deps) as tx:
        access_admin(tx, actor_id=actor_id)
        topic = _get(tx, topic_id)
        _check_parent(tx, parent_id)
        has_children = tx.scalar(
            select(func.count()).select_from(Topic).where(col(Topic.parent_id) == topic.id)
        )
        if parent_id is not None and (has_children or parent_id == topic.id):
            raise InvalidInput("The tree has two levels. Move the topics under this one first.")
        topic.name, topic.parent_id = _checked(name), parent_id


def delete_topic(deps: Deps, *, actor_id: int, topic_id: int) -> None:
    """Take a topic away. Its rooms, and topics under it, fall to its parent; those of a topic of
    the upper level have none then. For administrators.

    Raises: as `add_topic`; AlreadyTaken if a topic under it has the name of one beside it.
    """
    with _changing(deps) as tx:
        access_admin(tx, actor_id=actor_id)
        topic = _get(tx, topic_id)
        for rows in (
            update(Room).where(col(Room.topic_id) == topic.id).values(topic_id=topic.parent_id),
            update(Topic).where(col(Topic.parent_id) == topic.id).values(parent_id=topic.parent_id),
            delete(Topic).where(col(Topic.id) == topic.id),
        ):
            tx.execute(rows.execution_options(synchronize_session=False))
        tx.expunge(topic)


@contextmanager
def _changing(deps: Deps) -> Iterator[Transaction]:
    """A transaction in which nobody else changes the tree."""
    try:
        with transaction(deps.sessions) as tx:
            tx.execute(select(func.pg_advisory_xact_lock(_TREE_LOCK)))
            yield tx
            tx.flush()
    except IntegrityError as error:
        raise AlreadyTaken("There is a topic of that name in this place.") from error


def _checked(name: str) -> str:
    return check_line(name, label="A topic's name", max_chars=MAX_TOPIC_NAME_CHARS, required=True)


def _get(tx: Transaction, topic_id: int) -> Topic:
    topic = tx.get(Topic, topic_id) if is_id(topic_id) else None
    if topic is None:
        raise TopicUnavailable
    return topic


def _check_parent(tx: Transaction, parent_id: int | None) -> None:
    if parent_id is not None and _get(tx, parent_id).parent_id is not None:
        raise InvalidInput("The tree has two levels: choose a topic of the upper one.")


def _free_slug(tx: Transaction, base: str) -> str:
    taken = set(tx.scalars(select(col(Topic.slug)).where(col(Topic.slug).startswith(base))))
    if base not in taken:
        return base
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{base}-{n}") not in taken)


def check_topic(tx: Transaction, topic_id: int | None) -> None:
    """Whether a room may be filed there. Raises: TopicUnavailable."""
    if topic_id is not None:
        _get(tx, topic_id)


def get_room_topic(deps: Deps, *, actor_id: int, room_id: int) -> int | None:
    """Where a room is filed, for who may read it. Raises: RoomUnavailable."""
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.READ)
        return tx.scalar(select(col(Room.topic_id)).where(col(Room.id) == room_id))


def suggest_topic(
    deps: Deps, *, actor_id: int, name: str, topic: str = "", description: str = "", tags: str = ""
) -> int | None:
    """The topic nearest in meaning to a room that somebody is describing; None if none is near, or
    before `prepare` has loaded what compares them.

    Raises: NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        found = _read(tx)
    texts = _texts(found)
    described = room_text(name, description, topic, tags.split(","))
    embedder = deps.embedding.loaded
    if len(described) < _MIN_CHARS or not texts or embedder is None:
        return None
    try:
        (vector,) = embed_asked(deps, embedder, [described])
        known = deps.topic_vectors.of(embedder, list(texts.values()))
    except VectorsUnavailable:
        return None
    if not vector.any():
        return None
    best, topic_id = max(
        zip((float(each @ vector) for each in known), texts, strict=True), key=lambda pair: pair[0]
    )
    return topic_id if best >= LEAST_COSINE else None


def prepare(deps: Deps) -> None:
    """Load what compares topics with rooms, and embed the topics: the first suggestion after this
    takes no longer than others. For a form that is opened; without an embedder, nothing is.
    """
    with transaction(deps.sessions) as tx:
        texts = _texts(_read(tx))
    with suppress(ModelUnusable, VectorsUnavailable):
        deps.topic_vectors.of(deps.embedding.embedder(), list(texts.values()))


def _texts(topics: Sequence[Topic]) -> dict[int, str]:
    """What of each topic is embedded, by its id: its name and that of the one above it."""
    names = {each.id: each.name for each in topics}
    return {
        each.id: ", ".join(filter(None, (each.name, names.get(each.parent_id or 0))))
        for each in topics
    }
