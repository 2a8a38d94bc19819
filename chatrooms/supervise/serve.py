"""Runs one instance: servers, migration, pages, web, worker and beat, until asked to stop."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chatrooms.adapters.embedded.accounts import make_private
from chatrooms.db.migrations import migrate
from chatrooms.domain.startup import CannotStart
from chatrooms.frontend.build import ensure_built
from chatrooms.settings import Settings
from chatrooms.supervise import children
from chatrooms.supervise.configuration import child_log
from chatrooms.supervise.environment import child_environ
from chatrooms.supervise.instances import registered
from chatrooms.supervise.network import answers, check_port_free
from chatrooms.supervise.places import (
    PROJECT,
    Places,
    close_places,
    only_instance,
    open_places,
)
from chatrooms.supervise.servers import Servers, choose_servers
from chatrooms.supervise.signals import StopRequested, stop_on_signals
from chatrooms.supervise.supervisord import Supervisord, supervised
from chatrooms.supervise.watch import Watch

START_TIMEOUT_S = 120.0
POLL_S = 0.05
WATCH_INTERVAL_S = 0.5

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person chose on the command line."""

    data: Path
    host: str
    port: int
    web_processes: int
    demo: bool


def serve(options: Options, *, settings: Settings, environ: Mapping[str, str], say: Say) -> None:
    """Run until a stop signal; everything started is stopped in order before it returns.

    Raises CannotStart if something stands in the way or a process keeps dying.
    """
    with stop_on_signals():
        try:
            places = open_places(options.data)
            with only_instance(places.data) as lock, registered(places.data):
                check_port_free(options.host, options.port)
                try:
                    _run(options, places, lock, settings=settings, environ=environ, say=say)
                finally:
                    close_places(places)
        except StopRequested:
            say("Stopped")


def _run(
    options: Options,
    places: Places,
    lock: int,
    *,
    settings: Settings,
    environ: Mapping[str, str],
    say: Say,
) -> None:
    _clean(places)
    servers = choose_servers(settings, places)
    address = _public_url(options, settings)
    env = child_environ(environ, places, urls=servers.urls, public_url=address)
    for server in servers.own:
        server.embedded.prepare()
    processes = [
        *(server.child() for server in servers.own),
        children.worker(),
        children.moderation_worker(),
        children.assistant_worker(),
        children.beat(places.run),
        children.web(host=options.host, port=options.port, processes=options.web_processes),
    ]
    say(f"Data, logs and sockets: {places.data}")
    with supervised(places, processes, environ=env, lock=lock) as supervisor:
        watch = Watch(say, log_of=lambda name: child_log(places, name))
        instance = _Instance(supervisor, watch, say)
        try:
            instance.start(servers, env)
            instance.open(options, env)
            say(f"Ready: {address}")
            instance.stay()
        finally:
            say("Stopping")


@dataclass(frozen=True, slots=True)
class _Instance:
    supervisor: Supervisord
    watch: Watch
    say: Say

    def start(self, servers: Servers, env: Mapping[str, str]) -> None:
        """Servers and pages: what must be there before the first page can be shown."""
        for server in servers.own:
            self.supervisor.start(server.child().name)
        if servers.own:
            names = ", ".join(server.child().name for server in servers.own)
            self.say(f"Starting {names}")
        ensure_built(PROJECT, environ=env, say=self.say)
        for server in servers.own:
            self.wait(server.embedded.is_ready, for_what=server.child().name)
        if applied := migrate(env["DATABASE_URL"]):
            self.say(f"Database migrated: {', '.join(applied)}")

    def open(self, options: Options, env: Mapping[str, str]) -> None:
        """Web, worker and beat, and the demonstration rooms if asked for."""
        self.say("Starting web, worker, beat")
        for name in children.OURS:
            self.supervisor.start(name)
        if options.demo:
            _run_demo(env)
        self.wait(lambda: answers(options.host, options.port), for_what=children.WEB)

    def wait(self, is_ready: Callable[[], bool], *, for_what: str) -> None:
        """Until ready. Raises CannotStart if a child is given up before, or it takes too long."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not is_ready():
            self.watch.look(self.supervisor.statuses())
            if time.monotonic() > deadline:
                raise CannotStart(f"{for_what} did not become ready in {START_TIMEOUT_S:.0f} s.")
            time.sleep(POLL_S)

    def stay(self) -> None:
        """Watch the children until a signal or a failure ends it."""
        while True:
            self.watch.look(self.supervisor.statuses())
            time.sleep(WATCH_INTERVAL_S)


def _run_demo(env: Mapping[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "chatrooms", "demo"], cwd=PROJECT, env=dict(env), check=False
    )
    if result.returncode != 0:
        raise CannotStart("The demonstration rooms could not be made.")


def _clean(places: Places) -> None:
    """What processes counted belongs to the run that is over."""
    shutil.rmtree(places.metrics, ignore_errors=True)
    make_private(places.metrics)


def _public_url(options: Options, settings: Settings) -> str:
    if "public_url" in settings.model_fields_set:
        return settings.public_url
    return f"http://localhost:{options.port}"
