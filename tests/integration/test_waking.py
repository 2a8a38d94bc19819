"""One job is on its way for all that waits, however many ask for it."""

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain import jobs
from chatrooms.services.waking import (
    INDEXING,
    JUDGING,
    SUMMARISING,
    note_begun,
    wake,
    wake_after_commit,
)
from tests.support.workers import sent_jobs


@pytest.fixture(autouse=True)
def nothing_waits(deps: Deps) -> None:
    deps.redis.flushdb()


def test_a_worker_is_woken_once_until_it_begins(deps: Deps) -> None:
    for _ in range(3):
        wake(deps, JUDGING)
    assert sent_jobs(deps, jobs.MODERATION_QUEUE) == [(jobs.JUDGE, {})]
    note_begun(deps, JUDGING)
    wake(deps, JUDGING)
    assert len(sent_jobs(deps, jobs.MODERATION_QUEUE)) == 2


def test_each_room_is_woken_for_by_itself(deps: Deps) -> None:
    for room_id in (1, 2, 1):
        wake(deps, SUMMARISING, room_id=room_id)
    note_begun(deps, SUMMARISING, room_id=2)
    for room_id in (1, 2):
        wake(deps, SUMMARISING, room_id=room_id)
    sent = [arguments["room_id"] for _, arguments in sent_jobs(deps, jobs.AI_QUEUE)]
    assert sent == [1, 2, 2]


def test_a_transaction_wakes_once_after_its_commit_and_not_if_it_fails(deps: Deps) -> None:
    with transaction(deps.sessions) as tx:
        for _ in range(3):
            wake_after_commit(tx, deps, INDEXING)
        assert sent_jobs(deps, jobs.AI_QUEUE) == []
    assert sent_jobs(deps, jobs.AI_QUEUE) == [(jobs.INDEX, {})]
    deps.redis.flushdb()
    with suppress(DBAPIError), transaction(deps.sessions) as tx:
        wake_after_commit(tx, deps, INDEXING)
        tx.execute(text("SELECT 1 / 0"))
    assert sent_jobs(deps, jobs.AI_QUEUE) == []


def test_a_wake_up_that_nobody_answers_counts_as_lost_after_a_while(deps: Deps) -> None:
    wake(deps, SUMMARISING, room_id=1)
    keys: Any = deps.redis.keys("woken:*")
    left_ms: Any = deps.redis.pttl(*keys)
    assert 0 < left_ms <= SUMMARISING.lost_after.total_seconds() * 1_000
