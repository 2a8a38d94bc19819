"""What the agent's outputs led to, told to those who moderate the room."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, NotAllowed, RoomUnavailable
from chatrooms.services import polls as poll_service
from chatrooms.services import reactions, votes
from chatrooms.services.agent.effect import Effect, get_effect
from tests.support.agents import TOPIC, behave, boosted, calls, deciding, polls, talk
from tests.support.inspect import change, rows
from tests.support.people import Place, Someone, post, post_many


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    """A private room in which two people weighed two days, and whose agent posts by itself."""
    talk(deps, private_room, owner, member)
    behave(deps, private_room, mode="autonomous")
    return private_room


def posted(deps: Deps, room: Place, owner: Someone) -> tuple[int, int]:
    """A poll and a topic of the agent's: ids of their messages."""
    with deciding(polls(), calls("topic_suggester", **TOPIC), deps=deps) as (asked, _):
        for _ in range(2):
            boosted(asked, room, owner)
    poll, topic = rows(
        deps, "SELECT message_id FROM agent_outputs WHERE room_id = :id ORDER BY id", id=room.id
    )
    return poll[0], topic[0]


def put(deps: Deps, message_id: int, at: datetime) -> None:
    """Have the agent have posted it then."""
    change(
        deps,
        "UPDATE agent_outputs SET posted_at = :at WHERE message_id = :id",
        at=at,
        id=message_id,
    )


def said(deps: Deps, room: Place, who: Someone, *moments: datetime) -> None:
    """Have somebody have written then."""
    for id_, at in zip(post_many(deps, room, who, ["Hello"] * len(moments)), moments, strict=True):
        change(deps, "UPDATE messages SET sent_at = :at WHERE id = :id", at=at, id=id_)


def test_moderators_read_what_followed_on_the_agents_outputs(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    assert get_effect(deps, actor_id=owner.id, room_id=room.id) == []
    poll, topic = posted(deps, room, owner)
    ids: dict[str, Any] = {"actor_id": member.id, "room_id": room.id}
    poll_service.vote(deps, **ids, message_id=poll, choice=0)
    votes.vote(deps, **ids, message_id=topic, value=1)
    reactions.react(deps, **ids, message_id=topic, emoji="👍", is_on=True)
    post(deps, room, member, "I began with a lamp", thread=topic)
    post(deps, room, owner, "So did I", reply_to=topic)
    before, hour = deps.clock() - timedelta(days=10), timedelta(hours=1)
    change(
        deps,
        "UPDATE rooms SET created_at = :at WHERE id = :id",
        at=before - timedelta(days=4),
        id=room.id,
    )
    put(deps, poll, before)
    said(deps, room, member, before + hour, before + 1.9 * hour, before + 2.1 * hour)
    said(deps, room, member, before - 23 * hour)

    for who in (owner, moderator):
        of_poll, of_topic = get_effect(deps, actor_id=who.id, room_id=room.id)
        assert of_poll == Effect("poll", 1, 0, 1, compared=1, after=2.0, usual=0.25)
        assert of_topic == Effect("topic", 1, 2, 2, compared=0, after=None, usual=None)
    put(deps, poll, deps.clock() - timedelta(days=91))
    assert [each.kind for each in get_effect(deps, actor_id=owner.id, room_id=room.id)] == ["topic"]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("member", NotAllowed), ("stranger", RoomUnavailable), ("removed", RoomUnavailable)],
)
def test_nobody_else_reads_it(
    request: pytest.FixtureRequest,
    deps: Deps,
    room: Place,
    owner: Someone,
    who: str,
    refusal: type[ChatError],
) -> None:
    someone: Someone = request.getfixturevalue(who)
    posted(deps, room, owner)
    assert len(get_effect(deps, actor_id=owner.id, room_id=room.id)) == 2
    with pytest.raises(refusal):
        get_effect(deps, actor_id=someone.id, room_id=room.id)
