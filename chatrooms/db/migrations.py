"""Brings the database's tables to this version, and knows when they are of a newer one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from chatrooms.db.engine import sqlalchemy_url
from chatrooms.domain.startup import CannotStart

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
CONNECT_TIMEOUT_S = 5
# Any number that nothing else in this database uses for its advisory locks.
MIGRATION_LOCK = 7_235_110_642


def migrate(database_url: str) -> list[str]:
    """Apply what is missing; gives the revisions applied, none if the database was current.

    Several instances may call it on one database at once: one migrates, the others wait.
    Raises CannotStart if the database is of a newer version or cannot be reached.
    """
    with _connected(database_url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        before = set(_history(_current(connection)))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        return [each for each in reversed(_history(_current(connection))) if each not in before]


def is_at_head(connection: Connection) -> bool:
    """Whether the tables are exactly of this version."""
    found = set(MigrationContext.configure(connection).get_current_heads())
    return found == set(_scripts().get_heads())


def _current(connection: Connection) -> tuple[str, ...]:
    found = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in _scripts().walk_revisions()}
    if unknown := set(found) - known:
        raise CannotStart(
            f"The database was written by a newer version of Agentic Chatrooms (revision "
            f"{', '.join(sorted(unknown))}): install that version, or use another database."
        )
    connection.commit()
    return found


def _history(heads: tuple[str, ...]) -> list[str]:
    """All revisions up to `heads`, newest first."""
    if not heads:
        return []
    return [each.revision for each in _scripts().iterate_revisions(heads, "base")]


@contextmanager
def _connected(database_url: str) -> Iterator[Connection]:
    engine = create_engine(
        sqlalchemy_url(database_url),
        poolclass=NullPool,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        raise CannotStart(f"The database cannot be used: {reason}") from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
