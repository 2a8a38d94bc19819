"""Whole instances of the product, started the way people start them."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil

from chatrooms.supervise.places import run_dir
from chatrooms.supervise.supervisord import ask_statuses
from tests.support.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[2]
OWN_ADDRESSES = ("DATABASE_URL", "REDIS_URL", "CHROMA_URL", "PUBLIC_URL", "DATA_DIR")


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Instance:
    """One `python -m chatrooms serve` and what it prints."""

    def __init__(
        self, data: Path, *, port: int | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self._output = data.with_name(f"{data.name}-{self.port}.out")
        self._environ = {k: v for k, v in os.environ.items() if k not in OWN_ADDRESSES}
        self._environ |= environ or {}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://localhost:{self.port}"

    @property
    def output(self) -> str:
        """All it printed so far, errors included."""
        return self._output.read_text()

    def start(self, *options: str) -> "Instance":
        """Start it; returns at once."""
        line = [sys.executable, "-m", "chatrooms", "serve"]
        line += ["--port", str(self.port), "--data", str(self.data), *options]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                line,
                cwd=PROJECT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def wait_ready(self) -> "Instance":
        """Until it printed its address; fails with its output if it ended before."""
        wait_until(self._is_ready_or_over, what="the instance is ready", deadline_s=180)
        assert f"Ready: {self.url}" in self.output, self.output
        return self

    def wait_end(self, deadline_s: float = 120) -> int:
        """Its exit status, once it ended."""
        assert self.process is not None
        return self.process.wait(deadline_s)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; gives its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.wait_end()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of one page."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def down(self) -> dict[str, str]:
        """What its readiness page calls down."""
        return json.loads(self.get("/readyz")[1])["down"]

    def child(self, name: str) -> psutil.Process:
        """The supervised process of that name."""
        found = [each for each in self.children() if each[0] == name and each[1]]
        assert found, f"{name} is not running"
        return psutil.Process(found[0][1])

    def children(self) -> list[tuple[str, int]]:
        """Names and process ids of all supervised processes; 0 if one is not running now."""
        found = ask_statuses(run_dir(self.data) / "supervisord.sock")
        return [(each.name, each.pid) for each in found]

    def processes(self) -> list[psutil.Process]:
        """Every process on this machine that belongs to the instance."""
        return [each for each in psutil.process_iter() if self._owns(each)]

    def _owns(self, process: psutil.Process) -> bool:
        try:
            if process.environ().get("DATA_DIR") == str(self.data):
                return True
            # PostgreSQL gets none of our environment but lives in its data folder.
            return Path(process.cwd()).is_relative_to(self.data)
        except (psutil.Error, OSError):
            return False

    def _is_ready_or_over(self) -> bool:
        assert self.process is not None
        return "\nReady: " in self.output or self.process.poll() is not None


def database_url(instance: Instance) -> str:
    """Where the database of a running instance is."""
    return instance.child("web").environ()["DATABASE_URL"]


def assert_refused(instance: Instance, *sentences: str) -> None:
    """It ended by itself, said these sentences, and left nothing behind."""
    assert instance.wait_end() == 1
    for sentence in sentences:
        assert sentence in instance.output
    assert "Traceback" not in instance.output
    assert instance.processes() == []
