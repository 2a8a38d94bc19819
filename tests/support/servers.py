"""Real PostgreSQL, Redis and Chroma for tests, started and stopped like the product's own."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from chatrooms.adapters.embedded.chroma import EmbeddedChroma, free_port
from chatrooms.adapters.embedded.postgres import EmbeddedPostgres
from chatrooms.adapters.embedded.redis_server import EmbeddedRedis
from chatrooms.db.migrations import migrate
from chatrooms.supervise.places import PROJECT, open_places
from chatrooms.supervise.servers import EmbeddedServer
from tests.support.waiting import wait_until

TEMPLATE = "chatrooms"
_numbers = count(1)


class RunningServer:
    """One server that a test may stop and start again."""

    def __init__(self, embedded: EmbeddedServer, *, log: Path, stop_signal: signal.Signals) -> None:
        self.embedded = embedded
        self._log = log
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.embedded.url

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.embedded.command(), cwd=PROJECT, stdout=log, stderr=log
            )
        wait_until(self.embedded.is_ready, what=f"{self.url} answers")

    def stop(self) -> None:
        """Stop it and wait until it is gone."""
        assert self._process is not None
        self._process.send_signal(self._stop_signal)
        self._process.wait(30)

    def restart(self) -> None:
        """Cut every connection by a stop, and start again."""
        self.stop()
        self.start()


@contextmanager
def postgres(folder: Path) -> Iterator[RunningServer]:
    """A PostgreSQL whose `chatrooms` database is migrated."""
    places = open_places(folder)
    embedded = EmbeddedPostgres(places.data / "postgres", places.run / "postgres")
    with _running(embedded, folder / "postgres.log", signal.SIGINT) as server:
        with psycopg.connect(_beside(server.url, "postgres"), autocommit=True) as connection:
            # What a crash of the machine would lose is no concern of these tests.
            connection.execute("ALTER ROLE postgres SET synchronous_commit = off")
            # Each module has a database for seconds, and every one would be looked after.
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
        migrate(server.url)
        yield server


@contextmanager
def redis(folder: Path) -> Iterator[RunningServer]:
    """A Redis."""
    places = open_places(folder)
    embedded = EmbeddedRedis(places.data / "redis", places.run / "redis.sock")
    with _running(embedded, folder / "redis.log", signal.SIGTERM) as server:
        yield server


@contextmanager
def chroma(folder: Path) -> Iterator[RunningServer]:
    """A Chroma."""
    places = open_places(folder)
    embedded = EmbeddedChroma(places.data / "chroma", free_port())
    with _running(embedded, folder / "chroma.log", signal.SIGTERM) as server:
        yield server


@contextmanager
def _running(
    embedded: EmbeddedServer, log: Path, stop_signal: signal.Signals
) -> Iterator[RunningServer]:
    embedded.prepare()
    server = RunningServer(embedded, log=log, stop_signal=stop_signal)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """An empty, migrated database of its own on a server from `postgres`."""
    name = f"test_{next(_numbers)}"
    database = sql.Identifier(name)
    _administer(
        server_url,
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(database, sql.Identifier(TEMPLATE)),
    )
    try:
        yield _beside(server_url, name)
    finally:
        _administer(server_url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def _administer(server_url: str, statement: sql.Composed) -> None:
    # A connection each time: a test may have restarted the server meanwhile.
    with psycopg.connect(_beside(server_url, "postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _beside(server_url: str, database: str) -> str:
    return server_url.replace(f"/{TEMPLATE}?", f"/{database}?")
