"""Databases as earlier versions left them."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from sqlalchemy import create_engine

from chatrooms.db.engine import sqlalchemy_url
from chatrooms.db.migrations import _config  # pyright: ignore[reportPrivateUsage]
from tests.support import servers


@contextmanager
def database_at(server_url: str, revision: str) -> Iterator[str]:
    """An empty database of its own with the tables of a revision."""
    with servers.fresh_database(server_url) as url:
        engine = create_engine(sqlalchemy_url(url))
        with engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
            connection.commit()
        engine.dispose()
        yield url
