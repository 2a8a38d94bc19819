"""What alembic runs to migrate: with the connection it is given, or one of its own.

`chatrooms.db.migrations` gives the connection it holds its lock on. The `alembic` command line,
which writes new revisions, connects by `DATABASE_URL`.
"""

from alembic import context
from sqlalchemy import Connection, create_engine

from chatrooms.db import tables
from chatrooms.db.engine import sqlalchemy_url
from chatrooms.settings import get_settings


def run(connection: Connection) -> None:
    """Apply the revisions asked for in one transaction each."""
    context.configure(
        connection=connection,
        target_metadata=tables.SQLModel.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(sqlalchemy_url(get_settings().database_url.get_secret_value()))
    with engine.connect() as own:
        run(own)
        own.commit()
