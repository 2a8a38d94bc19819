"""The limit beside which the product is measured: a bare broadcast on the same machine, with the
same server, flags, message and client."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.crowd import Crowd, Load, body_of
from bench.instance import free_port, stop
from bench.measure import WEB, Measurement, run_load
from bench.websocket import WebSocketClient, open_websocket
from chatrooms.adapters.embedded.redis_server import EmbeddedRedis
from chatrooms.domain.events import Message, MessagePosted, Person, Sequenced
from chatrooms.domain.startup import CannotStart
from chatrooms.supervise import children
from chatrooms.supervise.places import PROJECT

REDIS = "redis"
_APP = "bench.limit_app:make"
_START_TIMEOUT_S = 60


class Listener(WebSocketClient):
    """A socket of the limit: every message is a frame."""

    def __init__(self, seen: Callable[[bytes], None]) -> None:
        super().__init__()
        self._seen = seen

    def text_received(self, payload: bytes) -> None:
        """Hand it on."""
        self._seen(payload)


@dataclass(frozen=True, slots=True)
class Limit:
    """A running bare broadcast."""

    port: int
    pids: dict[str, int]


def granian(port: int) -> list[str]:
    """The command line of the product's web processes, with the bare broadcast in its place."""
    *line, app = children.web(host="127.0.0.1", port=port, processes=1).command
    return [_APP if each == app else each for each in (*line, app)]


def uvicorn(port: int) -> list[str]:
    """The same on uvicorn, for information."""
    line = ["--factory", "--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    return [sys.executable, "-m", "uvicorn", *line, "--log-level", "warning", _APP]


@contextmanager
def running_limit(command: Callable[[int], list[str]]) -> Iterator[Limit]:
    """The bare broadcast and a Redis of its own; nothing of them stays."""
    with tempfile.TemporaryDirectory(prefix="chatrooms-bench-") as folder:
        redis = EmbeddedRedis(Path(folder) / "redis", Path(folder) / "redis.sock")
        redis.prepare()
        port = free_port()
        started: list[subprocess.Popen[bytes]] = []
        try:
            started.append(_start(redis.command(), {}))
            _wait(redis.is_ready)
            started.append(_start(command(port), {"REDIS_URL": redis.url}))
            _wait(partial(_is_listening, port))
            yield Limit(port, {REDIS: started[0].pid, WEB: started[1].pid})
        finally:
            for process in reversed(started):
                stop(process)


def _start(command: Sequence[str], settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **settings, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environ,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not is_ready():
        if time.monotonic() > deadline:
            raise CannotStart("The bare broadcast did not start.")
        time.sleep(0.05)


def measure_limit(command: Callable[[int], list[str]], load: Load) -> Measurement:
    """Connect the viewers and measure."""
    with running_limit(command) as limit:
        return asyncio.run(_measure(limit, load))


async def _measure(limit: Limit, load: Load) -> Measurement:
    crowd = Crowd(first=0)
    viewers = [Listener(crowd.viewer(index)) for index in range(load.viewers)]
    for viewer in viewers:
        await open_websocket(viewer, port=limit.port, target="/", headers={})

    def say(viewer: Listener, number: int) -> None:
        viewer.send(_message(number))

    says = [partial(say, viewer) for viewer in viewers[: load.senders]]
    measured = await run_load(crowd, load, says, limit.pids, numbered_from=0)
    for viewer in viewers:
        viewer.close()
    await asyncio.gather(*(viewer.closed for viewer in viewers))
    return measured


def _message(number: int) -> bytes:
    """A message as it travels between the product's processes."""
    message = Message(
        id=number + 1,
        position=number + 1,
        client_id=f"bench-00000000-{number}",
        author=Person(id=1, username="viewer0000", name="viewer0000", hue=120),
        body=body_of(number),
        sent_at=datetime.now(UTC),
    )
    event = MessagePosted(message=message)
    entry = Sequenced(room_id=1, seq=number + 1, created_at=message.sent_at, event=event)
    return entry.model_dump_json().encode()
