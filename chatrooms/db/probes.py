"""One brief question each to the database and its tables. Returning means it is well."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from chatrooms.db.engine import sqlalchemy_url
from chatrooms.db.migrations import is_at_head
from chatrooms.domain.startup import NotReady
from chatrooms.settings import Settings

TIMEOUT_S = 2


def check_database(settings: Settings) -> None:
    """PostgreSQL answers a query."""
    with _connected(settings) as connection:
        connection.execute(text("SELECT 1"))


def check_migrations(settings: Settings) -> None:
    """The tables are of this version."""
    with _connected(settings) as connection:
        if not is_at_head(connection):
            raise NotReady("the tables are of another version")


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    """A connection of its own: a full pool is no fault of the database."""
    engine = create_engine(
        sqlalchemy_url(settings.database_url.get_secret_value()),
        poolclass=NullPool,
        connect_args={
            "connect_timeout": TIMEOUT_S,
            "options": f"-c statement_timeout={TIMEOUT_S * 1000}",
        },
    )
    with engine.connect() as connection:
        yield connection
