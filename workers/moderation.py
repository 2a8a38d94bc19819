"""Tasks about moderation: what judges messages in the queue `moderation`, all else elsewhere."""

from contextlib import suppress

from celery.signals import worker_process_init

from chatrooms import bootstrap
from chatrooms.domain import jobs
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.moderation import judging, rejudging, sanctions, training
from workers.app import app


@app.task(name=jobs.JUDGE, queue=jobs.MODERATION_QUEUE, soft_time_limit=60, time_limit=90)
def judge(**_added_later: object) -> None:
    """Judge the messages that wait. Safe to repeat, and at once by several workers."""
    judging.judge_waiting(bootstrap.current())


@app.task(name=jobs.REJUDGE, queue=jobs.MODERATION_QUEUE, soft_time_limit=120, time_limit=150)
def rejudge(*, run_id: int, **_added_later: object) -> None:
    """Have the messages of one re-judging wait to be judged. Safe to repeat."""
    rejudging.carry_out(bootstrap.current(), run_id=run_id)


@worker_process_init.connect
def load_model(**_signal: object) -> None:
    """Have the model ready before the first message: loading it takes seconds on a busy machine.
    What is wrong with it is told by whoever asks for it."""
    if jobs.MODERATION_QUEUE in app.amqp.queues.consume_from:
        with suppress(ModelUnusable):
            bootstrap.current().toxicity.model()


@app.task(name=jobs.END_TIME_OUTS, queue=jobs.MAINTENANCE_QUEUE, soft_time_limit=60, time_limit=90)
def end_time_outs(**_added_later: object) -> None:
    """Have screens learn of time-outs that are over. Safe to repeat, and at once."""
    sanctions.end_overdue(bootstrap.current())


@app.task(name=jobs.TRAIN_CORRECTION, queue=jobs.AI_QUEUE, soft_time_limit=300, time_limit=330)
def train_correction(*, correction_id: int, **_added_later: object) -> None:
    """Carry out one training on a room's decisions. Safe to repeat, and at once."""
    training.carry_out(bootstrap.current(), correction_id=correction_id)


@app.task(name=jobs.TRAIN_CORRECTIONS, queue=jobs.AI_QUEUE)
def train_corrections(**_added_later: object) -> None:
    """Have rooms with enough new decisions train, one after the other. Safe to repeat."""
    training.ask_for_due(bootstrap.current())
