"""Starting, watching and stopping an instance, with its real servers."""

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from celery import Celery

from chatrooms.broker import broker_url
from chatrooms.domain import jobs
from tests.support.instances import Instance, assert_refused, database_url, free_port
from tests.support.waiting import wait_until

FUTURE = "revision_of_the_future"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    instance = Instance(tmp_path_factory.mktemp("running") / "data").start().wait_ready()
    yield instance
    instance.stop()


def test_everything_is_ready_soon_after_the_address_is_printed(running: Instance) -> None:
    # On a busy machine a worker may answer late, and later in time.
    wait_until(lambda: running.get("/readyz")[0] == 200, what="all is ready")
    assert running.get("/healthz") == (200, "ok\n")
    names = sorted(name for name, pid in running.children() if pid)
    assert names == [
        "assistant-worker",
        "beat",
        "chroma",
        "moderation-worker",
        "postgres",
        "redis",
        "web",
        "worker",
    ]


def test_the_pages_are_served_on_the_same_port(running: Instance) -> None:
    status, body = running.get("/")
    assert status == 200
    assert "<html" in body


def test_tasks_run_in_the_worker_and_are_counted_with_the_rest(running: Instance) -> None:
    environ = running.child("web").environ()
    with Celery(broker=broker_url(environ["REDIS_URL"]), set_as_current=False) as sender:
        sender.send_task(jobs.PRUNE, queue=jobs.MAINTENANCE_QUEUE, kwargs={"added_later": 1})
    counted = f'chatrooms_tasks_total{{outcome="success",task="{jobs.PRUNE}"}} 1.0'
    wait_until(lambda: counted in running.get("/metrics")[1], what="the task is counted")
    body = running.get("/metrics")[1]
    for name in ("connections", "live_rooms", "delivery_lag_seconds", "task_seconds"):
        assert f"# HELP chatrooms_{name} " in body


def test_embedding_and_summarising_give_way_to_what_people_wait_for(running: Instance) -> None:
    usual = running.child("web").nice()
    answering = running.child("assistant-worker")
    wait_until(lambda: answering.nice() == usual + 5, what="answers give way")
    for name, less in (("worker", 10), ("moderation-worker", 0)):
        pool = running.child(name).children()
        assert pool
        assert {process.nice() for process in pool} == {usual + less}


def test_database_and_redis_listen_on_private_sockets_only(running: Instance) -> None:
    for name in ("postgres", "redis"):
        process = running.child(name)
        listening = [each for each in process.net_connections("inet") if each.status == "LISTEN"]
        assert listening == []
    assert stat.S_IMODE((running.data / "run").stat().st_mode) == 0o700
    assert running.child("postgres").uids().real != 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        instance = Instance(tmp_path / "data", port=port).start()
        assert_refused(instance, f"Port {port} is already in use")


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    instance = Instance(tmp_path / "file").start()
    assert_refused(instance, f"The data folder {tmp_path / 'file'} cannot be written")


def test_a_second_server_on_the_same_data_is_refused(running: Instance) -> None:
    second = Instance(running.data, port=free_port()).start()
    assert second.wait_end() == 1
    assert "Another server is already running on the data folder" in second.output
    assert "Traceback" not in second.output
    assert running.down() == {}


def test_a_database_of_a_newer_version_is_refused(running: Instance) -> None:
    url = database_url(running)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS newer")
        connection.execute("CREATE DATABASE newer")
    newer_url = url.replace("/chatrooms?", "/newer?")
    with psycopg.connect(newer_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES (%s)", (FUTURE,))
    instance = Instance(running.data.with_name("newer"), environ={"DATABASE_URL": newer_url})
    assert_refused(instance.start(), "newer version", FUTURE)


def test_a_database_that_cannot_be_reached_is_named(running: Instance) -> None:
    environ = {"DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none"}
    instance = Instance(running.data.with_name("unreachable"), environ=environ).start()
    assert_refused(instance, "The database cannot be used")


def test_given_servers_replace_the_embedded_ones(running: Instance) -> None:
    environ = running.child("web").environ()
    given = {name: environ[name] for name in ("DATABASE_URL", "REDIS_URL", "CHROMA_URL")}
    other = Instance(running.data.with_name("given"), environ=given).start().wait_ready()
    children = sorted(name for name, _ in other.children())
    assert children == ["assistant-worker", "beat", "moderation-worker", "web", "worker"]
    wait_until(lambda: other.down() == {}, what="nothing is down")
    assert other.stop() == 0
    assert other.processes() == []


@pytest.mark.parametrize("name", ["beat", "worker", "redis", "postgres", "web"])
def test_a_process_that_dies_is_restarted_and_reported(running: Instance, name: str) -> None:
    before = running.child(name)
    orphans = before.children(recursive=True)
    before.kill()
    wait_until(
        lambda: any(
            each == name and pid not in (0, before.pid) for each, pid in running.children()
        ),
        what=f"{name} runs again",
    )
    assert f"{name} stopped unexpectedly" in wait_until(
        lambda: running.output if f"{name} stopped" in running.output else "", what="it is reported"
    )
    wait_until(lambda: not any(is_alive(each) for each in orphans), what="no orphan is left")
    wait_until(lambda: answers_well(running), what="nothing is down", deadline_s=60)


def test_a_web_process_that_dies_is_replaced(running: Instance) -> None:
    master = running.child("web")
    worker = master.children()[0]
    worker.kill()
    wait_until(
        lambda: any(each.pid != worker.pid for each in master.children()), what="it is replaced"
    )
    wait_until(lambda: answers_well(running), what="nothing is down")
    assert running.child("web") == master


def test_what_is_down_is_named(running: Instance) -> None:
    worker = running.child("worker")
    unserved = {"worker": "no worker serves ai, agents"}
    worker.suspend()
    try:
        wait_until(lambda: running.down() == unserved, what="it is named")
        assert running.get("/readyz")[0] == 503
        assert running.get("/healthz")[0] == 200
    finally:
        worker.resume()
    wait_until(lambda: running.down() == {}, what="nothing is down")


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def answers_well(instance: Instance) -> bool:
    try:
        return instance.down() == {}
    except (OSError, json.JSONDecodeError):
        return False
