"""What administrators read of the site, and that nobody else does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from redis import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chatrooms.adapters import metrics
from chatrooms.adapters.job_queue import JobQueue
from chatrooms.adapters.machine_figures import quantile, read_figures
from chatrooms.api.timing import REST, TimedRoutes
from chatrooms.bootstrap import Deps
from chatrooms.domain import jobs
from chatrooms.domain.errors import NotAllowed, NotSignedIn
from chatrooms.domain.usage import Usage
from chatrooms.services import presence
from chatrooms.services.ai import use
from chatrooms.services.moderation import decisions, judging
from chatrooms.services.site.figures import get_figures
from chatrooms.services.site.machine import get_machine
from chatrooms.state.site_figures import SiteFiguresState
from tests.support.inspect import change, counted_queries, rows
from tests.support.moderation import ABUSE, moderated
from tests.support.people import Place, Someone, deactivate, post, sign_up
from tests.support.tabs import BrowserTab
from tests.support.web import WebProcess


@pytest.fixture(autouse=True)
def _nothing_kept(deps: Deps) -> None:
    deps.redis.flushdb()


def test_administrators_read_the_site_in_figures(
    deps: Deps, admin: Someone, private_room: Place, owner: Someone, member: Someone
) -> None:
    deactivate(deps, admin, sign_up(deps, "gone"))
    moderated(deps, private_room, holds=False)
    ids = [post(deps, private_room, member, text) for text in (ABUSE, "Hello", "Lunch?")]
    change(
        deps, "UPDATE messages SET sent_at = sent_at - interval '40 s' WHERE id = :id", id=ids[0]
    )
    judging.judge_waiting(deps)
    post(deps, private_room, owner)
    decisions.remove(
        deps, actor_id=owner.id, room_id=private_room.id, message_id=ids[1], reason="No"
    )
    log = (
        "UPDATE messages SET client_id = 'log-1', sent_at = sent_at - interval '9 y' WHERE id = :id"
    )
    change(deps, log, id=ids[2])
    for process, who in (("one", owner), ("two", owner), ("one", member)):
        presence.renew_online(deps, process=process, account_ids=[who.id])
    gone = replace(deps, clock=lambda: deps.clock() - timedelta(hours=1))
    presence.renew_online(gone, process="killed", account_ids=[admin.id])
    use.record(deps, room_id=private_room.id, feature="ask", usage=Usage(3, 10, 20, "built-in"))
    deps.redis.delete(*jobs.QUEUES)
    JobQueue(deps.settings.redis_url.get_secret_value()).send(
        jobs.INDEX, queue=jobs.AI_QUEUE, delay_s=0
    )

    found = get_figures(deps, actor_id=admin.id)
    everybody = "SELECT count(*) FROM accounts WHERE kind = 'person' AND deactivated_at IS NULL"
    assert (found.people,) == rows(deps, everybody)[0]
    assert (found.rooms, found.private_rooms) == rows(
        deps, "SELECT count(*), count(*) FILTER (WHERE is_private) FROM rooms"
    )[0]
    since_midnight = (
        "SELECT count(*) FROM messages WHERE sent_at >= date_trunc('day', now(), 'UTC')"
    )
    assert (found.messages_today,) == rows(deps, since_midnight)[0]
    assert found.messages == 4
    assert (found.online, found.to_judge) == (2, 1)
    assert found.judged.count == 2
    assert found.judged.median_s
    assert found.judged.p95_s
    assert 19 < found.judged.median_s < 30 < found.judged.p95_s < 45
    assert found.decided.count == len(rows(deps, "SELECT FROM cases WHERE closed_by IS NOT NULL"))
    assert found.jobs
    assert found.jobs.by_queue == dict.fromkeys(jobs.QUEUES, 0) | {jobs.AI_QUEUE: 1}
    assert found.model_today.calls == found.model_month.calls == 3

    post(deps, private_room, owner)
    assert get_figures(deps, actor_id=admin.id) == found
    with counted_queries(deps) as statements:
        get_figures(deps, actor_id=admin.id)
        get_machine(deps, actor_id=admin.id)
    assert all("accounts" in each for each in statements), "only the right is asked"
    away: Any = Redis.from_url("redis://localhost:1/0")
    alone = get_figures(replace(deps, redis=away), actor_id=admin.id)
    assert (alone.messages, alone.online, alone.jobs) == (5, None, None)


async def test_nobody_else_reads_them(
    web: WebProcess, deps: Deps, admin: Someone, stranger: Someone
) -> None:
    for service in (get_figures, get_machine):
        service(deps, actor_id=admin.id)
        with pytest.raises(NotAllowed):
            service(deps, actor_id=stranger.id)
        with pytest.raises(NotSignedIn):
            service(deps, actor_id=0)
    for who, is_shown in ((admin, True), (stranger, False)):
        tab = BrowserTab(web, await web.connect(), token=who.token, path="/admin")
        await tab.call(SiteFiguresState.load)
        assert bool(tab.state(SiteFiguresState).site.people) == is_shown
        assert bool(tab.state(SiteFiguresState).queues) == is_shown


async def test_routes_and_tasks_are_timed_by_name() -> None:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.path_params["token"])

    routes = [Route("/test-files/{token}", answer)]
    app = TimedRoutes(Starlette(routes=routes), routes=routes)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        for path in ("/test-files/a", "/test-files/b", "/elsewhere"):
            await client.get(path)
    metrics.TASKS.labels(task="test.task", outcome="failure").inc(2)
    metrics.TASKS.labels(task="test.task", outcome="success").inc(3)
    metrics.TASK_SECONDS.labels(task="test.task").observe(3)
    found = read_figures(metrics.families())
    by_name = {each.name: each for each in found.routes}
    assert by_name["/test-files/{token}"].count == 2
    assert by_name[REST].count >= 1
    assert "/test-files/a" not in by_name
    assert [each.p95_s for each in found.routes] == sorted(
        (each.p95_s for each in found.routes), reverse=True
    )
    first = found.tasks[0]
    assert (first.name, first.ended, first.failed, first.timing.mean_s) == ("test.task", 5, 2, 3.0)
    assert quantile([(1, 0), (2, 100), (float("inf"), 100)], 0.95) == pytest.approx(1.95)
    assert quantile([(1, 1), (float("inf"), 100)], 0.95) == 1
