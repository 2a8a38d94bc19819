"""Moderated rooms for tests: a policy, verdicts, and what became of messages."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Message as MessageTable
from chatrooms.domain.events import Message
from chatrooms.domain.moderation import Mode, Policy, Queue
from chatrooms.services import history
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation import judging
from chatrooms.services.moderation.cases import nudge_staff, open_case
from tests.support.inspect import change, rows
from tests.support.people import Place, Someone, post

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


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen once, after texts were taken and before verdicts are settled."""
    score = judging.score
    left = [act]

    def scored(deps: Deps, texts: list[str], corrections: list[object]) -> object:
        if left:
            left.pop()()
        return score(deps, texts, corrections)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(judging, "score", scored)


def waiting(
    deps: Deps,
    room: Place,
    author: Someone,
    body: str = ABUSE,
    *,
    queue: Queue = Queue.FLAGGED,
    score: float | None = 0.91,
    words: str = "worthless",
) -> tuple[int, int]:
    """A message that waits for a moderator with this verdict: ids of message and case."""
    message_id = post(deps, room, author, body)
    start = body.find(words)
    evidence = [{"words": words, "weight": 1.0, "start": start, "end": start + len(words)}]
    with transaction(deps.sessions) as tx:
        lock_room(tx, room_id=room.id)
        message = tx.get_one(MessageTable, message_id)
        message.status, message.judge_at = "flagged", None
        tx.flush()
        open_case(tx, deps, message=message, queue=queue, score=score)
        nudge_staff(tx, deps, room_id=room.id)
    change(
        deps,
        "INSERT INTO verdicts (message_id, room_id, revision, score, model, evidence, decision) "
        "VALUES (:message, :room, 0, :score, 'test-1', CAST(:evidence AS jsonb), 'flag')",
        message=message_id,
        room=room.id,
        score=score,
        evidence=json.dumps(evidence if start >= 0 else []),
    )
    found = rows(deps, "SELECT id FROM cases WHERE message_id = :id", id=message_id)
    return message_id, found[0][0]


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
