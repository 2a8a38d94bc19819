"""The tree of topics: what rooms can be filed under, and its editor for administrators."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError
from chatrooms.live.offload import off_loop
from chatrooms.services import topic_tree
from chatrooms.services.topic_tree import TopicInfo
from chatrooms.state import caller
from chatrooms.state.rows import TopicRow


def topic_row(topic: TopicInfo) -> TopicRow:
    """A topic as lists show it."""
    return TopicRow(
        id=topic.id,
        value=str(topic.id),
        slug=topic.slug,
        name=topic.name,
        label=f"{topic.parent_name} \u203a {topic.name}" if topic.parent_name else topic.name,
        parent=str(topic.parent_id or ""),
        parent_name=topic.parent_name,
        room_count=topic.room_count,
    )


class TopicsState(rx.State):
    """All topics."""

    topics: list[TopicRow] = []
    editing_id: int = 0
    """The topic whose form is open."""
    error: str = ""
    added: int = 0
    """Counts new topics, so that their form is empty again."""

    @rx.event
    async def load(self):
        """Read the tree."""
        self.editing_id, self.error = 0, ""
        await _read(self)

    @rx.event
    def edit(self, topic_id: int):
        """Show the form of a topic."""
        self.editing_id, self.error = caller.number(topic_id), ""

    @rx.event
    def stop(self):
        """Close it."""
        self.editing_id, self.error = 0, ""

    @rx.event
    async def add(self, form: dict[str, Any]):
        """Add a topic, or say why not."""
        parent_id = caller.number_in(form, "parent") or None
        name = caller.text(form, "name")
        if await _change(self, topic_tree.add_topic, name=name, parent_id=parent_id):
            self.added += 1

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Give the topic whose form is open its name and place, or say why not."""
        topic_id, name = self.editing_id, caller.text(form, "name")
        parent_id = caller.number_in(form, "parent") or None
        await _change(
            self, topic_tree.edit_topic, topic_id=topic_id, name=name, parent_id=parent_id
        )

    @rx.event
    async def delete(self, topic_id: int):
        """Take a topic away; its rooms fall to the one above it."""
        await _change(self, topic_tree.delete_topic, topic_id=caller.number(topic_id))


async def _read(state: TopicsState) -> None:
    found = await off_loop(
        topic_tree.list_topics, caller.deps(), actor_id=await caller.actor_id(state)
    )
    caller.put(state, topics=[topic_row(each) for each in found])


async def _change(state: TopicsState, service: Any, **asked: Any) -> bool:
    actor_id = await caller.actor_id(state)
    try:
        await off_loop(service, caller.deps(), actor_id=actor_id, **asked)
    except ChatError as error:
        state.error = str(error)
        return False
    state.editing_id, state.error = 0, ""
    await _read(state)
    return True
