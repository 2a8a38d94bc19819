"""What rooms say that they are about: their tags, their topic, and where they stand in the tree of
topics."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from chatrooms.db.tables import Room, Topic, table_of

_ROOMS, _TOPICS = table_of(Room), table_of(Topic)
_ABOVE = aliased(_TOPICS)

FILED: Any = (
    select(_TOPICS.c.name).where(_TOPICS.c.id == _ROOMS.c.topic_id).scalar_subquery().label("filed")
)
"""The name of the room's topic in the tree, in a question that has the room's row."""
ABOVE: Any = (
    select(_ABOVE.c.name)
    .join(_TOPICS, _TOPICS.c.parent_id == _ABOVE.c.id)
    .where(_TOPICS.c.id == _ROOMS.c.topic_id)
    .scalar_subquery()
    .label("above")
)
"""The name of the topic above that one."""


def subjects_of(row: Any) -> list[str]:
    """What the room of this row (tags, topic, filed, above) says that it is about, the narrowest
    first, as it is written."""
    return [each for each in (*row.tags, row.topic, row.filed, row.above) if each]


def shared_subject(one: Any, other: Any) -> str:
    """What two rooms say of both themselves; empty if nothing. Either may call a tag what the other
    calls its topic."""
    theirs = {each.lower() for each in subjects_of(other)}
    return next((each for each in subjects_of(one) if each.lower() in theirs), "")
