"""Redis or PostgreSQL goes away while people look and write: what was acknowledged is shown."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.exc import OperationalError

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.services import history, members
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    dependencies,
    make_room,
    post,
    sign_up,
    with_settings,
)
from tests.support.servers import RunningServer
from tests.support.web import WebProcess, web_process


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A Redis that these tests may stop."""
    with servers.redis(tmp_path_factory.mktemp("stopped") / "redis") as server:
        yield server


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A PostgreSQL that these tests may stop."""
    with servers.postgres(tmp_path_factory.mktemp("stopped") / "postgres") as server:
        yield server


@pytest.fixture(scope="module")
def deps(own_postgres: RunningServer, own_redis: RunningServer) -> Iterator[Deps]:
    with dependencies(database_url=own_postgres.url, redis_url=own_redis.url) as made:
        yield made


@pytest.fixture
def owner(deps: Deps) -> Someone:
    return sign_up(deps, "owner")


@pytest.fixture
def room(deps: Deps, owner: Someone) -> Place:
    return make_room(deps, owner, is_private=True)


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(with_settings(deps, heal_interval_s=0.2, tick_ms=5)) as process:
        await eventually(lambda: process.listener._pubsub, what="it listens")
        yield process


async def test_what_is_written_while_redis_is_away_is_stored_and_shown(
    deps: Deps, own_redis: RunningServer, web: WebProcess, room: Place, owner: Someone
) -> None:
    screen = await web.show(room, owner)
    await off_loop(post, deps, room, owner, "Before")
    await eventually(lambda: screen.bodies == ["Before"], what="it is shown")
    await off_loop(own_redis.stop)
    try:
        await off_loop(post, deps, room, owner, "During")
        await eventually(lambda: screen.bodies == ["Before", "During"], what="it is shown")
    finally:
        await off_loop(own_redis.start)
    await eventually(lambda: web.listener._pubsub, what="it listens again")
    await off_loop(post, deps, room, owner, "After")
    await eventually(lambda: screen.bodies == ["Before", "During", "After"], what="it is shown")


async def test_the_bell_alone_is_enough_again_after_a_restart_of_redis(
    deps: Deps, own_redis: RunningServer, room: Place, owner: Someone
) -> None:
    async with web_process(with_settings(deps, heal_interval_s=600.0, tick_ms=5)) as web:
        screen = await web.show(room, owner)
        first = await eventually(lambda: web.listener._pubsub, what="it listens")
        await off_loop(own_redis.stop)
        await off_loop(post, deps, room, owner, "During")
        await off_loop(own_redis.start)
        await eventually(lambda: web.listener._pubsub not in (None, first), what="it listens again")
        await eventually(lambda: screen.bodies == ["During"], what="what was missed is read")
        await off_loop(post, deps, room, owner, "After")
        await eventually(lambda: screen.bodies == ["During", "After"], what="it is heard")


async def test_access_lost_while_redis_is_away_is_taken_from_the_screen(
    deps: Deps, own_redis: RunningServer, web: WebProcess, room: Place, owner: Someone
) -> None:
    member = await off_loop(sign_up, deps, "member")
    await off_loop(bring_in, deps, room, by=owner, who=member)
    await off_loop(post, deps, room, owner, "Before")
    lost, kept = await web.show(room, member), await web.show(room, owner)
    assert lost.bodies == kept.bodies == ["Before"]
    await off_loop(own_redis.stop)
    try:
        await off_loop(
            members.remove_member, deps, actor_id=owner.id, room_id=room.id, account_id=member.id
        )
        await eventually(lambda: lost.is_empty, what="it is emptied")
        assert kept.bodies == ["Before"]
    finally:
        await off_loop(own_redis.start)


async def test_screens_go_on_after_a_restart_of_postgres(
    deps: Deps, own_postgres: RunningServer, web: WebProcess, room: Place, owner: Someone
) -> None:
    screen = await web.show(room, owner)
    await off_loop(post, deps, room, owner, "Before")
    await eventually(lambda: screen.bodies == ["Before"], what="it is shown")
    await off_loop(own_postgres.stop)
    with pytest.raises(OperationalError):
        await off_loop(post, deps, room, owner, "Refused")
    await off_loop(own_postgres.start)
    await off_loop(post, deps, room, owner, "After")
    await eventually(lambda: screen.bodies == ["Before", "After"], what="it is shown")
    view = await off_loop(history.load_view, deps, room_id=room.id)
    assert [m.body for m in view.messages] == ["Before", "After"]
