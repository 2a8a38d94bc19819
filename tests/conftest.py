"""Servers once per run, a database per module, people and rooms per test; long files first."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis

from chatrooms.bootstrap import Deps, bootstrap
from chatrooms.domain.permissions import Role
from chatrooms.services import members
from tests.support import servers
from tests.support.people import (
    Place,
    Someone,
    bring_in,
    deactivate,
    dependencies,
    make_room,
    sign_up,
    unique,
)
from tests.support.servers import RunningServer

LONG_FILES = (
    *("test_server", "test_moderation_faults", "test_server_ends", "test_access", "test_hub"),
    *("test_agent_attacks", "test_agent_decisions", "test_agent_faults", "test_agent_manners"),
    *("test_thread_screens", "test_reading", "test_socket", "test_profiles", "test_outages"),
    *("test_panes", "test_states"),
    *("test_accessibility", "test_healing", "test_rooms", "test_marks", "test_threads"),
    *("test_moderation_page", "test_history", "test_signing_in", "test_replay"),
    *("test_moderated_people", "test_talking", "test_presence"),
    *("test_train_moderation", "test_summaries", "test_score_command", "test_sources"),
)
"""The files of a phase that take longest, roughly in order. A process takes one file after the
other, so a long one taken last would leave the others without work."""

# How long an example takes depends on the machine and is no property of the code.
settings.register_profile("chatrooms", deadline=None)
settings.load_profile("chatrooms")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files; what is in one file stays together and in its order."""
    ranks = {name: rank for rank, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with servers.postgres(folder(tmp_path_factory, "postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with servers.redis(folder(tmp_path_factory, "redis")) as server:
        yield server


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with servers.chroma(folder(tmp_path_factory, "chroma")) as server:
        yield server


def folder(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name) / "data"


@pytest.fixture(scope="module")
def database_url(postgres: RunningServer) -> Iterator[str]:
    with servers.fresh_database(postgres.url) as url:
        yield url


@pytest.fixture(scope="module")
def redis_url(redis: RunningServer) -> str:
    with Redis.from_url(redis.url) as client:
        client.flushall()
    return redis.url


@pytest.fixture(scope="module")
def _with_admin(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Deps, Someone]]:
    data_dir = tmp_path_factory.mktemp("files")
    # The quickest embedder, for what is not about meaning.
    chosen = {"data_dir": data_dir, "embeddings": "lexical"}
    with dependencies(database_url=database_url, redis_url=redis_url, **chosen) as made:
        yield made, sign_up(made, "admin")


@pytest.fixture(scope="module")
def deps(_with_admin: tuple[Deps, Someone]) -> Deps:
    return _with_admin[0]


@pytest.fixture(scope="module")
def with_chroma(_with_admin: tuple[Deps, Someone], chroma: RunningServer) -> Iterator[Deps]:
    """The dependencies with a Chroma, for modules whose `deps` need one."""
    made = _with_admin[0]
    found = {"chroma_url": chroma.url, "chroma_database": unique("test")}
    fresh = bootstrap(made.settings.model_copy(update=found))
    yield replace(made, settings=fresh.settings, vectors=fresh.vectors, embedding=fresh.embedding)
    fresh.vectors.close()
    fresh.redis.close()


@pytest.fixture(scope="module")
def admin(_with_admin: tuple[Deps, Someone]) -> Someone:
    """The first account of the module's database."""
    return _with_admin[1]


@pytest.fixture
def owner(deps: Deps) -> Someone:
    return sign_up(deps, "owner")


@pytest.fixture
def stranger(deps: Deps) -> Someone:
    """Somebody with an account who is in no room."""
    return sign_up(deps, "stranger")


@pytest.fixture
def private_room(deps: Deps, owner: Someone) -> Place:
    return make_room(deps, owner, is_private=True, name="hidden place")


@pytest.fixture
def public_room(deps: Deps, owner: Someone) -> Place:
    return make_room(deps, owner, name="open place")


@pytest.fixture
def moderator(deps: Deps, private_room: Place, owner: Someone) -> Someone:
    """A moderator of the private room."""
    who = sign_up(deps, "moderator")
    return bring_in(deps, private_room, by=owner, who=who, role=Role.MODERATOR)


@pytest.fixture
def member(deps: Deps, private_room: Place, owner: Someone) -> Someone:
    """A plain member of the private room."""
    return bring_in(deps, private_room, by=owner, who=sign_up(deps, "member"))


@pytest.fixture
def removed(deps: Deps, private_room: Place, owner: Someone) -> Someone:
    """Somebody who was a member of the private room."""
    who = bring_in(deps, private_room, by=owner, who=sign_up(deps, "removed"))
    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=who.id)
    return who


@pytest.fixture
def deactivated(deps: Deps, private_room: Place, owner: Someone, admin: Someone) -> Someone:
    """A member of the private room whose account is out of use."""
    who = bring_in(deps, private_room, by=owner, who=sign_up(deps, "deactivated"))
    return deactivate(deps, admin, who)
