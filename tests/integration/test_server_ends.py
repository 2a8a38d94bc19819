"""How an instance ends: asked to, killed, or because something keeps dying."""

import os
import signal
import stat
from pathlib import Path

import psycopg

from tests.support.instances import Instance, assert_refused, database_url
from tests.support.waiting import wait_until


def test_ctrl_c_leaves_no_process_and_keeps_the_data_and_other_folders_rights(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    instance = Instance(closed / "data").start().wait_ready()
    with psycopg.connect(database_url(instance), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    assert instance.stop(signal.SIGINT) == 0
    assert instance.processes() == []
    assert instance.output.endswith("Stopped\n")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == os.geteuid()

    again = Instance(instance.data).start().wait_ready()
    with psycopg.connect(database_url(again)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]
    assert "Building the pages" not in again.output
    again.stop()


def test_no_process_outlives_a_controller_that_is_killed(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "data").start().wait_ready()
    instance.stop(signal.SIGKILL)
    wait_until(lambda: not instance.processes(), what="all processes are gone", deadline_s=60)
    Instance(instance.data).start().wait_ready().stop()


def test_no_process_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    instance = Instance(tmp_path / "data").start().wait_ready()
    supervisor = instance.child("web").parent()
    assert supervisor is not None
    supervisor.kill()
    assert_refused(instance, "The process supervisor")


def test_a_process_that_keeps_dying_ends_the_instance_and_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "redis").mkdir(parents=True)
    (data / "redis" / "appendonly.aof").write_text("this is no Redis file\n" * 20)
    instance = Instance(data).start()
    assert_refused(instance, "redis keeps dying", "Bad file format")
