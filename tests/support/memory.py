"""Rooms with a memory for tests: what was summarised, and language models that do it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from chatrooms.adapters.chat_model import ChatModels
from chatrooms.agents.room_memory import summarise_room
from chatrooms.bootstrap import Deps
from chatrooms.domain.prompting import parse_blocks
from chatrooms.services.moderation import judging
from tests.support.inspect import change, rows
from tests.support.people import Place, Someone, post, with_settings
from tests.support.scripted_openai import Reply, Request, Says, ScriptedOpenAI, scripted_openai

JUDGED_AT_ONCE = 5


@contextmanager
def asking(*script: Reply, deps: Deps, **settings: Any) -> Iterator[tuple[Deps, ScriptedOpenAI]]:
    """The product with a language model that answers by a script and then recites."""
    with scripted_openai(*script, otherwise=reciting) as server:
        chosen = {"openai_base_url": server.base_url, "llm_retries": 0, **settings}
        made = with_settings(deps, **chosen)
        chat = ChatModels(made.settings, made.redis)
        yield replace(made, chat=chat), server
        # What the client keeps open is closed with it, not with the test run.
        cast(Any, chat.model()).root_client.close()


def given(request: Request) -> list[tuple[int, str]]:
    """The messages of a prompt, by number."""
    (block,) = [
        each for each in parse_blocks(request["messages"][-1]["content"]) if each.name == "messages"
    ]
    return [(int(each.number("n", 0)), each.text) for each in block.children]


def reciting(request: Request) -> Reply:
    """One sentence for each message: its text."""
    return told(*((text, [n]) for n, text in given(request)))


def told(*sentences: tuple[str, list[int]]) -> Reply:
    """A summary of these sentences with the numbers that they cite."""
    return Says([json.dumps({"sentences": [{"text": t, "cites": c} for t, c in sentences]})])


def batched(bodies: Sequence[str], size: int) -> list[Sequence[str]]:
    """The bodies, some at a time."""
    return [bodies[start : start + size] for start in range(0, len(bodies), size)]


def say(deps: Deps, room: Place, author: Someone, *bodies: str) -> list[int]:
    """The ids of messages that were posted and judged, a few at a time."""
    ids: list[int] = []
    for few in batched(bodies, JUDGED_AT_ONCE):
        ids += [post(deps, room, author, body) for body in few]
        judging.judge_waiting(deps)
    return ids


def summed_up(deps: Deps, room: Place) -> Counter[tuple[int, str]]:
    """How often a sentence about a message, with this text, stands in the room's summaries of
    messages."""
    found = rows(
        deps,
        "SELECT message_id, text FROM summary_sources "
        "JOIN summary_sentences ON sentence_id = summary_sentences.id "
        "JOIN summaries ON summary_id = summaries.id "
        "WHERE room_id = :id AND level = 0 AND NOT is_rolling",
        id=room.id,
    )
    return Counter((message_id, text) for message_id, text in found)


def outcomes(deps: Deps, room: Place) -> list[str]:
    """What became of the room's requests, oldest first; empty for those that wait."""
    query = "SELECT outcome FROM summary_requests WHERE room_id = :id ORDER BY moderated_count"
    return [outcome for (outcome,) in rows(deps, query, id=room.id)]


def due(deps: Deps, room: Place) -> None:
    """Have the time come at which what waits in the room is tried again."""
    for table in ("summary_requests", "room_memories"):
        change(deps, f"UPDATE {table} SET due_at = now() WHERE room_id = :id", id=room.id)


def ask_for_summary(deps: Deps, room: Place) -> None:
    """Have what is approved in the room by now be summarised next."""
    change(
        deps,
        "INSERT INTO summary_requests (room_id, moderated_count, last_seq) "
        "SELECT id, coalesce((SELECT max(moderated_count) FROM summary_requests "
        "WHERE room_id = rooms.id), 0) + 1, last_seq FROM rooms WHERE id = :id",
        id=room.id,
    )


def summarise_all(deps: Deps, room: Place) -> None:
    """Have everything that is approved in the room be summarised now."""
    ask_for_summary(deps, room)
    due(deps, room)
    summarise_room(deps, room_id=room.id)
