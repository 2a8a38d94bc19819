"""Looks for what turns are about, a few of them at a time.

Looking is work for a processor and hardly any waiting: were all looked for at once, everybody would
wait until the last one's is found.
"""

import threading
from functools import partial

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Kind
from chatrooms.services.ai.answering import RunningTurn
from chatrooms.services.ai.background import Background, read_background
from chatrooms.services.ai.beside import beside
from chatrooms.services.ai.retrieval import Retrieved, retrieve

AT_ONCE = 2
"""How many a process looks for at once: one asks PostgreSQL or Chroma while another one ranks."""
_TURN = threading.BoundedSemaphore(AT_ONCE)


def find(deps: Deps, turn: RunningTurn, *, max_others: int = 0) -> tuple[Retrieved, Background]:
    """The messages that a turn's question is about, and what stands around it, with as many other
    rooms; whoever waits longest is served first.

    Raises: as `retrieve` and `read_background`.
    """
    asked = {"actor_id": turn.account_id, "room_id": turn.room_id}
    before = turn.id if turn.kind is Kind.QUESTION else 0
    read = partial(read_background, deps, **asked, max_others=max_others, before=before)
    with _TURN, beside(read) as around:
        found = retrieve(deps, **asked, question=turn.question)
        return found, around.result()
