"""What expired is cleared away, by a service and by the real worker that calls it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.broker import broker_url
from chatrooms.domain import jobs
from chatrooms.services import maintenance, presence, sessions
from chatrooms.supervise.places import PROJECT
from tests.support.inspect import change, rows
from tests.support.people import PASSWORD, Someone, sign_in_again, sign_up, unique
from tests.support.waiting import wait_until


@pytest.fixture
def ann(deps: Deps) -> Someone:
    return sign_up(deps, "ann")


def ticket(deps: Deps, who: Someone) -> str:
    return sessions.sign_in(
        deps, username=who.username, password=PASSWORD, address=unique("address")
    )


def later(deps: Deps, **delta: float) -> Deps:
    return replace(deps, clock=lambda: utc_now() + timedelta(**delta))


def test_expired_tickets_go_and_good_ones_stay(deps: Deps, ann: Someone) -> None:
    maintenance.prune(deps)
    ticket(deps, ann)
    soon = later(deps, seconds=60)
    good = ticket(soon, ann)
    assert maintenance.prune(later(deps, seconds=45)).tickets == 1
    assert sessions.redeem_ticket(soon, ticket=good, device="", address="")
    assert maintenance.prune(later(deps, seconds=45)).tickets == 0


def test_expired_sessions_go_and_good_ones_stay(deps: Deps, ann: Someone) -> None:
    old = sign_in_again(deps, ann)
    expire(deps, old)
    assert maintenance.prune(deps).sessions == 1
    assert sessions.get_signed_in(deps, token=ann.token)
    assert maintenance.prune(deps).sessions == 0


def expire(deps: Deps, who: Someone) -> None:
    change(
        deps,
        "UPDATE sessions SET expires_at = now() - interval '1 s' WHERE id = :id",
        id=who.signed_in.session_id,
    )


def test_presence_that_nobody_renews_ends_and_is_cleared_away(deps: Deps) -> None:
    presence.renew(deps, process="one", here={77: [1, 2], 78: []})
    presence.renew(deps, process="two", here={77: [2]})
    assert presence.list_present(deps, room_id=77) == [1, 2]
    after = later(deps, seconds=deps.settings.presence_ttl_s + 1)
    presence.renew(after, process="two", here={77: [2]})
    assert presence.list_present(after, room_id=77) == [2]
    assert maintenance.prune(after).leases == 2
    assert maintenance.prune(after).leases == 0
    presence.drop(deps, process="two", room_id=77, account_id=2)
    assert presence.list_present(deps, room_id=77) == []


# The worker


@pytest.fixture
def worker(deps: Deps, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker on the real queue."""
    environ = {
        **os.environ,
        "DATABASE_URL": deps.settings.database_url.get_secret_value(),
        "REDIS_URL": deps.settings.redis_url.get_secret_value(),
        "PYTHONPATH": str(PROJECT),
    }
    line = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "--pool", "solo"]
    line += ["-Q", ",".join(jobs.QUEUES), "--without-gossip", "--without-mingle", "-n", "test@%h"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(line, cwd=PROJECT, env=environ, stdout=log, stderr=log)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.fixture
def queue(deps: Deps) -> Iterator[Celery]:
    """Sends jobs by name, as the product does."""
    app = Celery(
        broker=broker_url(deps.settings.redis_url.get_secret_value()), set_as_current=False
    )
    yield app
    app.close()


def test_a_job_sent_by_name_is_done_by_the_worker_and_may_be_sent_twice(
    deps: Deps, ann: Someone, worker: subprocess.Popen[bytes], queue: Celery
) -> None:
    expired = sign_in_again(deps, ann)
    expire(deps, expired)
    for _ in range(2):
        queue.send_task(
            jobs.PRUNE, kwargs={"added_later": 1}, queue=jobs.MAINTENANCE_QUEUE, ignore_result=True
        )

    def is_gone() -> bool:
        found = rows(deps, "SELECT 1 FROM sessions WHERE id = :id", id=expired.signed_in.session_id)
        assert worker.poll() is None, "the worker ended"
        return not found

    wait_until(is_gone, what="the session is cleared away", deadline_s=60)
    wait_until(lambda: deps.redis.llen(jobs.MAINTENANCE_QUEUE) == 0, what="the queue is empty")
    assert sessions.get_signed_in(deps, token=ann.token)
