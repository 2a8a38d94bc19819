"""The demonstration rooms hold what is written for them."""

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.demo import add_marks, lines, room_drafts
from chatrooms.domain.events import Message
from chatrooms.services import history, topic_tree, votes
from chatrooms.services.imports import Importer


@pytest.fixture(scope="module")
def importer(deps: Deps) -> Importer:
    made = Importer(deps, drafts=room_drafts(topic_tree.find_ids(deps)))
    for line in lines(now=deps.clock()):
        assert made.add(line)
    add_marks(deps, made)
    return made


@pytest.fixture(scope="module")
def messages(deps: Deps, importer: Importer) -> list[Message]:
    """The messages of all rooms."""
    ids = [importer.room_id(name) for name in room_drafts({})]
    views = [history.load_view(deps, room_id=room_id) for room_id in ids]
    return [message for view in views for message in view.messages]


def test_people_voted_reacted_and_answered_a_poll(messages: list[Message]) -> None:
    assert max(message.score for message in messages) >= 5
    assert sum(bool(message.reactions) for message in messages) >= 5
    (poll,) = [message.poll for message in messages if message.poll]
    assert poll.tally.counts == (3, 1, 2)


def test_doing_it_again_adds_nothing(
    deps: Deps, importer: Importer, messages: list[Message]
) -> None:
    again = Importer(deps, drafts=room_drafts(topic_tree.find_ids(deps)))
    assert not any(again.add(line) for line in lines(now=deps.clock()))
    add_marks(deps, again)
    for name in room_drafts({}):
        view = history.load_view(deps, room_id=importer.room_id(name))
        assert set(view.messages) <= set(messages)


def test_every_room_is_filed_in_the_tree_of_topics(deps: Deps, importer: Importer) -> None:
    reader = importer.account_id("Mara Kovac")
    for name in room_drafts({}):
        room_id = importer.room_id(name)
        assert topic_tree.get_room_topic(deps, actor_id=reader, room_id=room_id)


def test_every_room_has_a_best_message_of_the_week(deps: Deps, importer: Importer) -> None:
    for name in room_drafts({}):
        room_id, reader = importer.room_id(name), importer.account_id("Mara Kovac")
        assert votes.list_top(deps, actor_id=reader, room_id=room_id)
