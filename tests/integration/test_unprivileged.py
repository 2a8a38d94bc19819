"""The launcher: another account, tied to its parent, with the one right it needs and no other."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from chatrooms.adapters.embedded.accounts import Account, account_for, launch
from tests.support.instances import PROJECT
from tests.support.waiting import wait_until

NOBODY = Account(65_534, 65_534)
CAP_DAC_READ_SEARCH = 1 << 2
LOOK_AROUND = """
import json, os, sys
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "uids": os.getresuid(), "gids": os.getresgid(), "groups": os.getgroups(),
    "effective": int(status["CapEff"], 16), "permitted": int(status["CapPrm"], 16),
    "environ": sorted(os.environ), "seen": os.access(sys.argv[1], os.R_OK),
    "writable": os.access(os.path.dirname(sys.argv[1]), os.W_OK),
}))
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    (folder / "file").write_text("x")
    return folder / "file"


def look_around(line: list[str], **environ: str) -> dict[str, Any]:
    result = subprocess.run(
        line, cwd=PROJECT, env={**os.environ, **environ}, capture_output=True, check=True
    )
    return json.loads(result.stdout)


def python_line(secret: Path) -> list[str]:
    # The system's own interpreter or the one that runs the tests: whoever may read it.
    return [os.path.realpath(sys.executable), "-S", "-c", LOOK_AROUND, str(secret)]


@needs_root
def test_a_server_keeps_the_right_to_traverse_and_nothing_else(secret: Path) -> None:
    line = launch(python_line(secret), account=NOBODY, reach=[secret])
    found = look_around(line, OPENAI_API_KEY="secret")
    assert found["uids"] == [NOBODY.uid] * 3
    assert found["gids"] == [NOBODY.gid] * 3
    assert found["groups"] == []
    assert found["effective"] == found["permitted"] == CAP_DAC_READ_SEARCH
    assert found["seen"]
    assert not found["writable"]
    assert "OPENAI_API_KEY" not in found["environ"]


@needs_root
def test_a_server_that_reaches_its_files_anyway_keeps_no_right_at_all() -> None:
    line = launch(["/bin/cat", "/proc/self/status"], account=NOBODY, reach=[Path("/bin/cat")])
    result = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, check=True)
    status = dict(each.split(":", 1) for each in result.stdout.splitlines())
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["Uid"].split() == [str(NOBODY.uid)] * 4


@needs_root
def test_a_folder_of_somebody_is_used_as_that_person(tmp_path: Path) -> None:
    assert account_for(tmp_path) == NOBODY
    os.chown(tmp_path, 12_345, 12_346)
    assert account_for(tmp_path) == Account(12_345, 12_346)


@pytest.mark.parametrize("account", [None, pytest.param(NOBODY, marks=needs_root)])
def test_a_server_ends_with_its_parent(account: Account | None) -> None:
    line = launch(["/bin/sleep", "600"], account=account)
    script = (
        "import subprocess, sys; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, *line],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: child.cmdline() == ["/bin/sleep", "600"], what="it runs")
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: has_ended(child), what="it ended")


def test_a_command_that_cannot_run_is_named() -> None:
    result = subprocess.run(
        launch(["/absent/server"]), cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 126
    assert result.stderr.startswith("Cannot run /absent/server: ")
    assert "Traceback" not in result.stderr


def has_ended(process: psutil.Process) -> bool:
    # Whoever inherited it may be slow to ask for its exit status.
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
