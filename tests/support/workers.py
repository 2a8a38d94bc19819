"""Real Celery workers for tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chatrooms.bootstrap import Deps
from chatrooms.supervise.places import PROJECT

StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@contextmanager
def workers(deps: Deps, folder: Path) -> Iterator[StartWorker]:
    """Starts workers: each call one more, of some queues, with more in its environment."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*queues: str, **environ: str) -> subprocess.Popen[bytes]:
        name = f"test{len(started)}"
        line = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "--pool", "solo"]
        line += ["-Q", ",".join(queues), "--without-gossip", "--without-mingle"]
        env = {
            **os.environ,
            "DATABASE_URL": deps.settings.database_url.get_secret_value(),
            "REDIS_URL": deps.settings.redis_url.get_secret_value(),
            "PYTHONPATH": str(PROJECT),
            **environ,
        }
        with (folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*line, "-n", f"{name}@%h"], cwd=PROJECT, env=env, stdout=log, stderr=log
            )
        started.append(process)
        return process

    try:
        yield start
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
