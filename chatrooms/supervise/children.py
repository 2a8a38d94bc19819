"""The child processes of one instance: their command lines and the order in which they stop."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatrooms.adapters.embedded.accounts import launch
from chatrooms.domain.jobs import (
    AGENTS_QUEUE,
    AI_QUEUE,
    ASSISTANT_QUEUE,
    MAINTENANCE_QUEUE,
    MODERATION_QUEUE,
)

POSTGRES = "postgres"
REDIS = "redis"
CHROMA = "chroma"
WORKER = "worker"
MODERATION_WORKER = "moderation-worker"
ASSISTANT_WORKER = "assistant-worker"
BEAT = "beat"
WEB = "web"

OURS = (WEB, WORKER, MODERATION_WORKER, ASSISTANT_WORKER, BEAT)
"""What runs this product's own code, in the order in which it starts."""

TASK_PROCESSES = 2
ANSWERS_AT_ONCE = 32

USERS_OF_SERVERS = (WEB, BEAT, WORKER, MODERATION_WORKER, ASSISTANT_WORKER)
"""What may stop side by side, as long as the servers stop after it."""


@dataclass(frozen=True, slots=True)
class Child:
    """One supervised process. What has the highest `stop_rank` stops first."""

    name: str
    command: Sequence[str]
    stop_rank: int
    stop_signal: str = "TERM"
    stop_wait_s: int = 15


def postgres(command: Sequence[str]) -> Child:
    """The database: stops last. SIGINT is its fast shutdown, which waits for no client."""
    return Child(POSTGRES, command, stop_rank=10, stop_signal="INT", stop_wait_s=30)


def redis(command: Sequence[str]) -> Child:
    """The bus."""
    return Child(REDIS, command, stop_rank=20)


def chroma(command: Sequence[str]) -> Child:
    """The vectors."""
    return Child(CHROMA, command, stop_rank=30)


def worker() -> Child:
    """The Celery worker of everything that may take its time."""
    return _worker(WORKER, AI_QUEUE, AGENTS_QUEUE)


def moderation_worker() -> Child:
    """The Celery worker that judges messages. Apart, so that nothing else can keep it waiting."""
    return _worker(MODERATION_WORKER, MODERATION_QUEUE)


def assistant_worker() -> Child:
    """The Celery worker that answers people. It waits for a language model most of the time, so it
    has threads, many of them. Asked to stop it hands back what it has begun. The short tasks of
    maintenance find a free thread here, and cannot take a process from those who judge."""
    return _worker(ASSISTANT_WORKER, ASSISTANT_QUEUE, MAINTENANCE_QUEUE, threads=ANSWERS_AT_ONCE)


def _worker(name: str, *queues: str, threads: int = 0) -> Child:
    """A worker finishes the tasks it has begun; one cut short is delivered again."""
    pool = ("--pool", "threads") if threads else ()
    line = [
        *("-A", "workers.app", "worker", "--hostname", f"{name}@%h", "--loglevel", "INFO"),
        *(*pool, "--concurrency", str(threads or TASK_PROCESSES), "-Q", ",".join(queues)),
        *("--without-gossip", "--without-mingle"),
    ]
    return Child(name, launch([_tool("celery"), *line]), stop_rank=40, stop_wait_s=20)


def beat(run: Path) -> Child:
    """The clock of the recurring jobs."""
    line = [
        *("-A", "workers.app", "beat", "--loglevel", "INFO"),
        *("--schedule", str(run / "beat"), "--pidfile", ""),
    ]
    return Child(BEAT, launch([_tool("celery"), *line]), stop_rank=50)


def web(*, host: str, port: int, processes: int) -> Child:
    """Pages, API and WebSocket on one port. A web process that dies is replaced by granian."""
    line = [
        *("--interface", "asgi", "--factory", "--host", host, "--port", str(port)),
        *("--workers", str(processes), "--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", "5", "--no-access-log", "chatrooms.chatrooms:serve"),
    ]
    return Child(WEB, launch([_tool("granian"), *line]), stop_rank=60)


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
