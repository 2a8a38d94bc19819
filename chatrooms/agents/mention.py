"""Answers who called the assistant in the room: with the rights of who called, from that room
alone, for everybody in it reads the answer."""

from dataclasses import replace
from datetime import datetime

from chatrooms.agents import chatbot
from chatrooms.agents.finding import find
from chatrooms.agents.writing import Writing
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import MessageUnavailable
from chatrooms.domain.usage import Usage
from chatrooms.services.ai import calls, limits
from chatrooms.services.ai.answering import Ended, RunningTurn
from chatrooms.services.ai.calls import Call
from chatrooms.services.ai.retrieval import Hit, Retrieved


def answer(deps: Deps, turn: RunningTurn, writing: Writing, usage: Usage) -> Ended:
    """Carry out a call. Raises: as `chatbot.answer`; AssistantLimit, ServiceUnavailable."""
    if turn.call is None:
        raise MessageUnavailable
    limits.count_request(
        deps, account_id=turn.account_id, room_id=turn.room_id, once=f"turn-{turn.id}"
    )
    found, around = find(deps, turn)
    found = _with_thread(deps, turn, turn.call, found)
    return chatbot.write(deps, turn, found, around, writing, usage)


def _with_thread(deps: Deps, turn: RunningTurn, call: Call, found: Retrieved) -> Retrieved:
    """What was said in the thread before, then what else of the room fits the question."""
    # What was said after the call is not what the caller means.
    hits = {hit.message_id: hit for hit in found.hits if hit.message_id < call.message_id}
    before = [
        hits.pop(
            said.message_id,
            Hit(
                message_id=said.message_id,
                revision=said.revision,
                author_name=said.author_name,
                text=said.text,
                sent_at=datetime.fromisoformat(said.sent_at),
                is_neighbour=True,
                thread_id=call.thread_id,
                score=0.0,
            ),
        )
        for said in calls.list_before(
            deps, account_id=turn.account_id, room_id=turn.room_id, message_id=call.message_id
        )
    ]
    return replace(found, hits=(*before, *hits.values()))
