"""Tasks of the `assistant` queue. Its worker runs them in threads: they wait for a model, not for a
processor. What keeps time is the model's own time-out."""

import gc
import threading
from importlib import import_module

from celery.signals import worker_ready, worker_shutting_down

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.services.ai import answering
from workers.app import app

_ENDING = threading.Event()
_AFTER_START_S = 8.0


@worker_ready.connect
def load_model(**_signal: object) -> None:
    """Have the language model ready before the first question: on a busy machine importing what it
    is made of takes many seconds."""
    if jobs.ASSISTANT_QUEUE in app.amqp.queues.consume_from:
        # Not while the rest of the instance starts, which wants the processors itself.
        later = threading.Timer(_AFTER_START_S, _load)
        later.daemon = True
        later.start()


def _load() -> None:
    # What reads language takes a second of a processor to import: no worker starts with it, and
    # beat, which imports all tasks, never needs it.
    import_module("chatrooms.agents.turns")
    bootstrap.current().chat.model()
    # All that stays: looking through it for garbage would hold up whatever is being answered.
    gc.collect()
    gc.freeze()


@worker_shutting_down.connect
def hand_back(**_signal: object) -> None:
    """Have turns be begun anew by another worker instead of holding this one up."""
    _ENDING.set()


# Acknowledged when begun: `restart_lost` begins anew what a killed worker left, long before the
# broker would deliver it again.
@app.task(name=jobs.ANSWER, queue=jobs.ASSISTANT_QUEUE, acks_late=False)
def answer(*, turn_id: int, attempt: int, **_added_later: object) -> None:
    """Carry out one attempt at one turn. Safe to repeat."""
    from chatrooms.agents import turns

    turns.carry_out(bootstrap.current(), turn_id=turn_id, attempt=attempt, is_ending=_ENDING.is_set)


@app.task(name=jobs.RESTART_LOST, queue=jobs.ASSISTANT_QUEUE, acks_late=False)
def restart_lost(**_added_later: object) -> None:
    """Begin anew the turns that nobody is at. Safe to repeat, and at once by several workers."""
    answering.restart_lost(bootstrap.current())
