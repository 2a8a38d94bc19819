"""A language model that decides as a room's agent should: two times of three it is silent, the
third time it opens a poll made of what its prompt says.

By itself: `python -m tests.support.agent_model --port 9100`.
"""

import argparse
import json
import threading
from itertools import count
from typing import Any

from chatrooms.domain.prompting import Block, parse_blocks
from tests.support.scripted_openai import Calls, Reply, Request, scripted_openai

EVERY = 3
"""It speaks once in so many times."""
_WORDS = 8
"""Of a message, in a choice."""


class Decider:
    """Answers each request of a room's agent at once."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self, request: Request) -> Reply:
        """Silence, or a poll about the newest messages of the prompt."""
        told = said_in(request)
        if next(self._numbers) % EVERY or len(told) < 2:
            return stays_silent("Nothing that was said calls for it.")
        return opens_poll(told[-2:])


def said_in(request: Request) -> list[Block]:
    """The messages that the prompt of a room's agent holds, the oldest first."""
    blocks = parse_blocks(str(request["messages"][1]["content"]))
    return [each for block in blocks if block.name == "messages" for each in block.children]


def stays_silent(reason: str) -> Calls:
    """A model that says nothing."""
    return Calls([("stay_silent", json.dumps({"reason": reason}))])


def opens_poll(told: list[Block], **changed: Any) -> Calls:
    """A model that has people choose between these messages."""
    arguments = {
        "question": f"What shall we look at next: {_short(told[0], 4)}?",
        "choices": [_short(each, _WORDS) for each in told],
        "closes_in_hours": 24,
        "why": "Both came up and nobody decided.",
        "evidence": [int(each.number("n", 0)) for each in told],
    }
    return Calls([("poll_generator", json.dumps(arguments | changed))])


def _short(message: Block, words: int) -> str:
    return " ".join(message.text.split()[:words])


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9100)
    options = parser.parse_args()
    with scripted_openai(otherwise=Decider(), port=options.port) as server:
        print(f"OPENAI_BASE_URL={server.base_url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
