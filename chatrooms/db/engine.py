"""Connections to PostgreSQL, and sessions that run hooks once their transaction is committed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

_TRUSTED_IDLE_S = 1.0

AfterCommit = Callable[[], None]


class Transaction(Session):
    """A database session for one transaction, with things to do after its commit."""

    def after_commit(self, hook: AfterCommit) -> None:
        """Run `hook` once the transaction is committed; never if it is rolled back."""
        self.info.setdefault("after_commit", []).append(hook)


Sessions = sessionmaker[Transaction]


def create_sessions(database_url: str, *, pool_size: int) -> Sessions:
    """A factory of transactions with a pool of `pool_size` connections of its own.

    A connection that a restarted server cut is replaced when it is taken from the pool, unless it
    was in use within the last second.
    """
    return sessionmaker(
        bind=_create_engine(database_url, pool_size=pool_size),
        class_=Transaction,
        expire_on_commit=False,
        autoflush=False,
    )


def _create_engine(database_url: str, *, pool_size: int) -> Engine:
    engine = create_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={"connect_timeout": 5},
    )
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _check_idle)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _check_idle(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that lay idle whether its server is still there. One that was just in use
    is not asked: at full load that would cost as much as a query each time."""
    if time.monotonic() - record.info.get("used_at", 0.0) < _TRUSTED_IDLE_S:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def sqlalchemy_url(database_url: str) -> str:
    """The URL with the driver named, so that `postgresql://` and `postgres://` both work."""
    for prefix in ("postgresql://", "postgres://"):
        if database_url.startswith(prefix):
            return "postgresql+psycopg://" + database_url.removeprefix(prefix)
    return database_url


@contextmanager
def transaction(sessions: Sessions) -> Iterator[Transaction]:
    """One transaction: committed when the block ends well, and its hooks run after that."""
    with sessions() as tx:
        with tx.begin():
            yield tx
        for hook in tx.info.pop("after_commit", ()):
            hook()


@contextmanager
def exclusively(sessions: Sessions, *, lock: int, waits: bool = False) -> Iterator[bool]:
    """Whether nobody else is in such a block with this number; others are told False until it ends,
    or the process dies, or who `waits` is told True then. For what takes long: the connection is in
    no transaction meanwhile."""
    engine: Engine = sessions.kw["bind"]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = {"lock": lock}
        if waits:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), taken)
        elif not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), taken):
            yield False
            return
        try:
            yield True
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), taken)
