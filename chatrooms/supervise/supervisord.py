"""One supervisord as a child of the controller, and the orders it takes over its Unix socket."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from chatrooms.adapters.embedded.accounts import launch
from chatrooms.domain.startup import CannotStart
from chatrooms.supervise.children import USERS_OF_SERVERS, Child
from chatrooms.supervise.configuration import control_socket, render
from chatrooms.supervise.places import PROJECT, Places

START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 90
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class ChildStatus:
    """How supervisord sees one child."""

    name: str
    state: str
    pid: int
    exit_status: int


class Supervisord:
    """Orders for a running supervisord. Children are tied to it, and it is tied to us."""

    def __init__(self, process: subprocess.Popen[bytes], socket: Path) -> None:
        self._process = process
        self._socket = socket
        self._groups: set[int] = set()

    def start(self, name: str) -> None:
        """Start one child; does not wait until it is ready."""
        with _orders(self._socket) as supervisor:
            supervisor.startProcess(name, False)

    def _begin_stop(self, name: str) -> None:
        """Have one child asked to stop; does not wait until it is gone."""
        with (
            contextlib.suppress(OSError, HTTPException, xmlrpc.client.Error),
            _orders(self._socket) as supervisor,
        ):
            supervisor.stopProcess(name, False)

    def statuses(self) -> list[ChildStatus]:
        """All children. Raises CannotStart if supervisord itself is gone."""
        found = ask_statuses(self._socket)
        self._groups |= {status.pid for status in found if status.pid}
        return found

    def is_answering(self) -> bool:
        """Whether it takes orders. Raises CannotStart if it ended."""
        if (status := self._process.poll()) is not None:
            raise CannotStart(f"The process supervisor ended with status {status}.")
        try:
            with _orders(self._socket) as supervisor:
                return bool(supervisor.getState())
        except (OSError, HTTPException, xmlrpc.client.Error):
            return False

    def stop(self) -> None:
        """Stop every child in order, then supervisord. Returns when nothing is left.

        Each child leads a process group of its own; what a leader left behind is killed.
        """
        with contextlib.suppress(CannotStart):
            running = {each.name for each in self.statuses() if each.pid}
            # supervisord itself stops one after the other and waits for each.
            for name in USERS_OF_SERVERS:
                if name in running:
                    self._begin_stop(name)
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for group in self._groups:
            end_group(group)


@contextmanager
def supervised(
    places: Places, children: Iterable[Child], *, environ: Mapping[str, str], lock: int
) -> Iterator[Supervisord]:
    """A supervisord that knows `children` and has started none. Stops them all at the end.

    It inherits `lock`, so the data folder stays locked until the last child is gone.
    """
    file = places.run / "supervisord.conf"
    file.write_text(render(places, children))
    control_socket(places).unlink(missing_ok=True)
    process = subprocess.Popen(
        launch([sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(file)]),
        cwd=PROJECT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # so that Ctrl-C reaches the controller only
        pass_fds=(lock,),
    )
    server = Supervisord(process, control_socket(places))
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not server.is_answering():
            if time.monotonic() > deadline:
                raise CannotStart("The process supervisor did not start.")
            time.sleep(POLL_S)
        yield server
    finally:
        server.stop()


def ask_statuses(socket: Path) -> list[ChildStatus]:
    """All children of the supervisord behind `socket`. Raises CannotStart if it is gone."""
    try:
        with _orders(socket) as supervisor:
            found = cast(list[dict[str, Any]], supervisor.getAllProcessInfo())
    except (OSError, HTTPException, xmlrpc.client.Error) as error:
        raise CannotStart(f"The process supervisor does not answer: {error}.") from error
    return [
        ChildStatus(each["name"], each["statename"], each["pid"], each["exitstatus"])
        for each in found
    ]


@contextmanager
def _orders(socket: Path) -> Iterator[Any]:
    """A connection of its own for each order: one that failed cannot be used again."""
    transport = SupervisorTransport(None, None, serverurl=f"unix://{socket}")
    try:
        yield cast(Any, xmlrpc.client.ServerProxy("http://127.0.0.1", transport)).supervisor
    finally:
        transport.close()


def end_group(group: int) -> None:
    """Kill what is left of a process group whose leader is gone, such as orphaned workers."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
