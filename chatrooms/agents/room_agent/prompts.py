"""What the model is told of a room and of its task."""

from __future__ import annotations

from collections.abc import Iterator

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from chatrooms.domain.agent import MAX_THREAD_WORDS, MIN_THREAD_WORDS
from chatrooms.domain.agent_observation import Observation, SeenMessage
from chatrooms.domain.prompting import DATA_NOTICE, Block, block, message_block

SYSTEM = f"""\
You are the agent of a chat room that has gone quiet. Decide whether one thing would help its people
to talk again, and call exactly one tool.

{DATA_NOTICE}

- Silence is the normal case: call stay_silent unless something said in the room clearly calls for
  a poll, a thread or a topic. Never fill silence for its own sake.
- Build on what people said, name nobody who is not in the messages, invent nothing.
- poll_generator: real alternatives that people weighed. thread_generator: {MIN_THREAD_WORDS} to
  {MAX_THREAD_WORDS} words, on the room's subject, such as a question that nobody answered.
  topic_suggester: what the room's subject and history suggest.
- `evidence` holds the numbers of the messages that it rests on.
- Do not repeat your earlier outputs or an open poll. Learn from what was rejected, and why.
- If a tool answers "Refused: ...", repair what it names, choose another tool, or stay silent.
- Write in the language of the room. No links, no pictures, no mentions. Be kind and plain.
"""
_CHARS_PER_TOKEN = 4
_OUTPUT_CHARS = 300


def prompt(seen: Observation, *, max_tokens: int) -> list[BaseMessage]:
    """The messages that begin the conversation with the model; the newest messages of the room that
    fit into `max_tokens`."""
    blocks = [
        Block(
            "room",
            {
                "name": seen.room,
                "topic": seen.topic,
                "tags": ", ".join(seen.tags),
                "description": seen.description,
            },
        ),
        Block("quiet", {"minutes": str(seen.quiet_min)}),
        *_summary(seen),
        block("messages", _messages(seen, max_chars=max_tokens * _CHARS_PER_TOKEN)),
        *_polls(seen),
        *_outputs(seen),
    ]
    return [SystemMessage(SYSTEM), HumanMessage("\n".join(map(str, blocks)))]


def _messages(seen: Observation, *, max_chars: int) -> list[Block]:
    """Numbered in the room's order, so that evidence names the same ones whatever fits."""
    numbers = {each.id: n for n, each in enumerate(seen.messages, 1)}
    kept: list[Block] = []
    for each in reversed(seen.messages):
        max_chars -= len(each.text)
        if max_chars < 0 and kept:
            break
        kept.append(_message(each, numbers))
    return kept[::-1]


def _message(each: SeenMessage, numbers: dict[int, int]) -> Block:
    return message_block(
        numbers[each.id],
        author=each.author,
        text=each.text,
        at=each.at,
        reply_to=numbers.get(each.reply_to or 0),
        thread=numbers.get(each.thread or 0),
    )


def _summary(seen: Observation) -> Iterator[Block]:
    if seen.summary:
        yield block("summary", "\n".join(each.text for each in seen.summary))


def _polls(seen: Observation) -> Iterator[Block]:
    if seen.polls:
        yield block(
            "polls",
            [block("poll", "\n".join(each.choices), question=each.question) for each in seen.polls],
        )


def _outputs(seen: Observation) -> Iterator[Block]:
    if seen.outputs:
        yield block(
            "outputs",
            [
                block(
                    "output",
                    each.text[:_OUTPUT_CHARS],
                    kind=each.kind,
                    at=each.at,
                    outcome=each.outcome,
                    reason=each.reason or None,
                    replies=each.replies,
                    votes=each.votes,
                )
                for each in seen.outputs
            ],
        )
