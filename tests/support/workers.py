"""Real Celery workers for tests."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from chatrooms.bootstrap import Deps
from chatrooms.supervise.places import PROJECT

StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@contextmanager
def workers(deps: Deps, folder: Path) -> Iterator[StartWorker]:
    """Starts workers: each call one more, of some queues, with more in its environment; in
    processes of their own, and of another app, where the call says so."""
    started: list[subprocess.Popen[bytes]] = []

    def start(
        *queues: str, app: str = "workers.app", processes: int = 0, **environ: str
    ) -> subprocess.Popen[bytes]:
        name = f"test{len(started)}"
        line = [sys.executable, "-m", "celery", "-A", app, "worker"]
        line += ["--concurrency", str(processes)] if processes else ["--pool", "solo"]
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


def sent_jobs(deps: Deps, queue: str) -> list[tuple[str, dict[str, Any]]]:
    """The jobs that wait in a queue, with their arguments, the oldest first."""
    found: Any = deps.redis.lrange(queue, 0, -1)
    messages = [json.loads(each) for each in reversed(found)]
    return [
        (each["headers"]["task"], json.loads(base64.b64decode(each["body"]))[1])
        for each in messages
    ]
