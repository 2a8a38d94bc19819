"""A fresh instance of the product, run as people run it, and taken away afterwards."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher
from pydantic import SecretStr

from chatrooms.bootstrap import Deps, bootstrap
from chatrooms.domain.startup import CannotStart
from chatrooms.settings import Settings
from chatrooms.supervise.configuration import control_socket
from chatrooms.supervise.places import PROJECT, Places, open_places
from chatrooms.supervise.servers import choose_servers
from chatrooms.supervise.supervisord import ask_statuses

_START_TIMEOUT_S = 300
_STOP_TIMEOUT_S = 60
_NO_LIMIT = "1000000"
_LIMITS = {
    "MESSAGES_PER_MINUTE": _NO_LIMIT,
    "MARKS_PER_MINUTE": _NO_LIMIT,
    "SIGN_UPS_PER_ADDRESS": _NO_LIMIT,
    "SIGN_IN_ATTEMPTS_PER_ADDRESS": _NO_LIMIT,
    "ROOMS_PER_HOUR": _NO_LIMIT,
}


@dataclass(frozen=True, slots=True)
class Instance:
    """A running instance: where it answers, what services need, and its processes."""

    port: int
    places: Places
    deps: Deps

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://localhost:{self.port}"

    def pids(self) -> dict[str, int]:
        """The process id of each of its parts, by the part's name."""
        statuses = ask_statuses(control_socket(self.places))
        return {status.name: status.pid for status in statuses if status.pid}


@contextmanager
def fresh_instance(
    *, workers: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Instance]:
    """A new instance without data and without rate limits; nothing of it stays.

    `settings` are further settings by their environment variable.
    """
    raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="chatrooms-bench-") as folder:
        data = Path(folder) / "data"
        port = free_port()
        log = Path(folder) / "serve.log"
        env = _environ(settings or {})
        line = ["serve", "--port", str(port), "--data", str(data)]
        line += ["--workers", str(workers)] if workers else []
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "chatrooms", *line],
                cwd=PROJECT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_ready(process, log)
            yield _instance(port, data)
        finally:
            stop(process)
            # Where paths are long, the sockets lie outside the data folder.
            shutil.rmtree(open_places(data).run, ignore_errors=True)


def _instance(port: int, data: Path) -> Instance:
    places = open_places(data)
    nothing = SecretStr("")
    plain = Settings(database_url=nothing, redis_url=nothing, chroma_url="")
    urls = choose_servers(plain, places, is_running=True).urls
    limits = {name.lower(): int(value) for name, value in _LIMITS.items()}
    settings = plain.model_copy(
        update={
            **limits,
            "database_url": SecretStr(urls["DATABASE_URL"]),
            "redis_url": SecretStr(urls["REDIS_URL"]),
            "chroma_url": urls["CHROMA_URL"],
            "public_url": f"http://localhost:{port}",
        }
    )
    # Hundreds of accounts are made; how hard their passwords are to guess is not measured.
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Instance(port, places, replace(bootstrap(settings), passwords=quick))


def _environ(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours without settings of another instance."""
    names = {name.upper() for name in Settings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, **_LIMITS, **settings, "PYTHONPATH": str(PROJECT)}


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while "Ready:" not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotStart(f"The instance did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to stop and wait until it is gone; end its group if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_file_limit() -> None:
    """Let this process and those it starts hold as many sockets as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
