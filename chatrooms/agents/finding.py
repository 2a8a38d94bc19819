"""Looks for what turns are about, a few of them at a time.

Looking is work for a processor and hardly any waiting: were all looked for at once, everybody would
wait until the last one's is found.
"""

import threading

from chatrooms.bootstrap import Deps
from chatrooms.services.ai.answering import RunningTurn
from chatrooms.services.ai.retrieval import Retrieved, retrieve

AT_ONCE = 2
"""How many a process looks for at once: one asks PostgreSQL or Chroma while another one ranks."""
_TURN = threading.BoundedSemaphore(AT_ONCE)


def find(deps: Deps, turn: RunningTurn) -> Retrieved:
    """The messages that a turn's question is about; whoever waits longest is served first.

    Raises: as `retrieve`.
    """
    with _TURN:
        return retrieve(
            deps, actor_id=turn.account_id, room_id=turn.room_id, question=turn.question
        )
