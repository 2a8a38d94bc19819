"""How an instance ends: asked to, killed, or because something keeps dying."""

import os
import signal
import stat
from pathlib import Path

import psycopg

from chatrooms.supervise.places import run_dir
from tests.support.instances import Instance, assert_refused, database_url
from tests.support.waiting import wait_until

FEW = ("--workers", "1")
"""Fewer processes to start; how they end is the same."""


def test_however_it_ends_it_leaves_no_process_and_starts_again_with_its_data(
    tmp_path: Path,
) -> None:
    # A path that is too long for a Unix socket, with a character that URLs treat specially.
    closed = tmp_path / ("long" * 20) / "100% closed"
    closed.mkdir(mode=0o700, parents=True)
    instance = Instance(closed / "data").start(*FEW).wait_ready()
    assert not (instance.data / "run").exists()
    assert run_dir(instance.data).exists()
    with psycopg.connect(database_url(instance), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")

    # By Ctrl-C, which also gives other folders their rights back.
    assert instance.stop(signal.SIGINT) == 0
    assert instance.processes() == []
    assert instance.output.endswith("Stopped\n")
    assert not run_dir(instance.data).exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == os.geteuid()

    # By a kill of the controller.
    again = Instance(instance.data).start(*FEW).wait_ready()
    expect_kept(again)
    assert "Building the pages" not in again.output
    again.stop(signal.SIGKILL)
    wait_until(lambda: not again.processes(), what="all processes are gone", deadline_s=60)

    # By a kill of the supervisor.
    at_last = Instance(instance.data).start(*FEW).wait_ready()
    expect_kept(at_last)
    supervisor = at_last.child("web").parent()
    assert supervisor is not None
    supervisor.kill()
    assert_refused(at_last, "The process supervisor")


def expect_kept(instance: Instance) -> None:
    """What the first start stored is there."""
    with psycopg.connect(database_url(instance)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]


def test_a_process_that_keeps_dying_ends_the_instance_and_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "redis").mkdir(parents=True)
    (data / "redis" / "appendonly.aof").write_text("this is no Redis file\n" * 20)
    instance = Instance(data).start()
    assert_refused(instance, "redis keeps dying", "Bad file format")
