"""Moderated rooms for tests: a policy, verdicts, and what became of messages."""

import json
from typing import Any

from chatrooms.bootstrap import Deps
from chatrooms.domain.events import Message
from chatrooms.domain.moderation import Mode, Policy
from chatrooms.services import history
from tests.support.inspect import change, rows
from tests.support.people import Place

HARMLESS = "Shall we meet at noon and look at the new pictures of the garden?"
ABUSE = "You are a worthless piece of shit, go kill yourself you stupid bitch"
FOREIGN = "明天早上我们会带着孩子和狗一起去湖边散步"


def moderated(deps: Deps, room: Place, mode: Mode = Mode.AUTO, **policy: Any) -> Place:
    """The room under this policy from now on."""
    chosen: dict[str, Any] = {"mode": mode, "sample_per_mille": 0, **policy}
    stored = Policy(**chosen).model_dump(mode="json")
    change(
        deps,
        "UPDATE rooms SET policy = CAST(:policy AS jsonb) WHERE id = :id",
        id=room.id,
        policy=json.dumps(stored),
    )
    return room


def shown(deps: Deps, room: Place) -> list[str]:
    """What the room's timeline shows: texts, or why there is none."""
    return [seen(message) for message in history.load_view(deps, room_id=room.id).messages]


def seen(message: Message) -> str:
    """What one message shows."""
    return message.withheld.value or message.body


def status(deps: Deps, message_id: int) -> str:
    """What was decided about a message."""
    return rows(deps, "SELECT status FROM messages WHERE id = :id", id=message_id)[0][0]


def open_queue(deps: Deps, message_id: int) -> str:
    """The queue in which a message waits for a moderator; empty if it does not."""
    found = rows(
        deps, "SELECT queue FROM cases WHERE message_id = :id AND closed_at IS NULL", id=message_id
    )
    return found[0][0] if found else ""


def verdicts(deps: Deps, message_id: int) -> list[str]:
    """The verdicts about a message, first to last."""
    found = rows(
        deps, "SELECT decision FROM verdicts WHERE message_id = :id ORDER BY id", id=message_id
    )
    return [decision for (decision,) in found]
