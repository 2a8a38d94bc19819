"""Real workers that are killed, servers that go away: nothing is judged twice or waits for ever."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chatrooms.adapters.job_queue import JobQueue
from chatrooms.bootstrap import Deps
from chatrooms.domain import jobs
from chatrooms.services import waking
from tests.support.inspect import assert_gapless, rows
from tests.support.moderation import ABUSE, HARMLESS, moderated, open_queue, shown, verdicts
from tests.support.people import Place, Someone, post
from tests.support.servers import RunningServer
from tests.support.waiting import wait_until
from tests.support.workers import StartWorker, workers

LONG_S = 60


@pytest.fixture
def start_worker(deps: Deps, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts real Celery workers on the moderation queue."""
    with workers(deps, tmp_path) as start:
        yield partial(start, jobs.MODERATION_QUEUE)


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    return moderated(deps, private_room, holds=False)


def count(deps: Deps, query: str, room: Place) -> int:
    return rows(deps, query, id=room.id)[0][0]


def unjudged(deps: Deps, room: Place) -> int:
    query = "SELECT count(*) FROM messages WHERE room_id = :id AND judge_at IS NOT NULL"
    return count(deps, query, room)


def sweep(deps: Deps) -> None:
    """What beat sends."""
    JobQueue(deps.settings.redis_url.get_secret_value()).send(
        jobs.JUDGE, queue=jobs.MODERATION_QUEUE
    )


def all_judged(deps: Deps, room: Place) -> bool:
    if not unjudged(deps, room):
        return True
    sweep(deps)
    return False


def test_posting_wakes_the_worker(
    deps: Deps, room: Place, member: Someone, start_worker: StartWorker
) -> None:
    start_worker()
    said = post(deps, room, member, ABUSE)
    wait_until(lambda: verdicts(deps, said), what="it is judged", deadline_s=LONG_S)
    assert shown(deps, room) == ["removed"]


def test_a_worker_killed_in_a_batch_leaves_nothing_judged_twice_or_unjudged(
    deps: Deps, room: Place, member: Someone, start_worker: StartWorker
) -> None:
    said = [post(deps, room, member, ABUSE if n % 5 == 0 else HARMLESS) for n in range(700)]
    first = start_worker()
    query = "SELECT count(*) FROM verdicts WHERE room_id = :id"
    wait_until(lambda: count(deps, query, room) > 0, what="it has begun", deadline_s=LONG_S)
    first.kill()
    first.wait(30)
    start_worker()
    wait_until(lambda: all_judged(deps, room), what="all is judged", deadline_s=LONG_S)
    assert all(len(verdicts(deps, each)) == 1 for each in said)
    query = "SELECT count(*) FROM room_events WHERE room_id = :id AND kind = 'message_withheld'"
    assert count(deps, query, room) == 140
    assert count(deps, "SELECT moderated_count FROM rooms WHERE id = :id", room) == 700
    assert_gapless(deps, room.id)


def test_what_redis_forgot_is_found_by_the_sweep(
    deps: Deps, room: Place, member: Someone, start_worker: StartWorker
) -> None:
    said = post(deps, room, member, ABUSE)
    deps.redis.flushall()
    start_worker()
    sweep(deps)
    wait_until(lambda: verdicts(deps, said), what="it is judged", deadline_s=LONG_S)
    assert shown(deps, room) == ["removed"]


def test_a_lost_request_does_not_keep_the_next_message_from_asking(
    deps: Deps, room: Place, member: Someone
) -> None:
    post(deps, room, member, HARMLESS)
    left_ms: Any = deps.redis.pttl("woken:moderation.judge")
    assert 0 < left_ms <= 2_000
    waking.note_begun(deps, waking.JUDGING)
    assert not deps.redis.exists("woken:moderation.judge")


def test_a_restart_of_the_database_loses_nothing(
    deps: Deps, room: Place, member: Someone, start_worker: StartWorker, postgres: RunningServer
) -> None:
    start_worker()
    before = post(deps, room, member, ABUSE)
    wait_until(lambda: verdicts(deps, before), what="it is judged", deadline_s=LONG_S)
    postgres.restart()
    deps.sessions.kw["bind"].dispose()
    after = post(deps, room, member, ABUSE)
    wait_until(lambda: all_judged(deps, room), what="all is judged", deadline_s=LONG_S)
    assert verdicts(deps, after) == ["remove"]


def test_a_worker_without_its_model_has_people_look(
    deps: Deps, room: Place, member: Someone, start_worker: StartWorker, tmp_path: Path
) -> None:
    start_worker(TOXICITY_MODEL=str(tmp_path / "nowhere.joblib"))
    said = [post(deps, room, member, body) for body in (HARMLESS, ABUSE)]
    wait_until(lambda: all_judged(deps, room), what="all is judged", deadline_s=LONG_S)
    assert shown(deps, room) == [HARMLESS, ABUSE]
    assert [open_queue(deps, each) for each in said] == ["flagged", "flagged"]
