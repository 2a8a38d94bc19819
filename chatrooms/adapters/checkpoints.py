"""Where graphs keep how far they are, in PostgreSQL, so that another worker can go on with them."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from langgraph.checkpoint.postgres import PostgresSaver

_MAX_CONNECTIONS = 2


class Checkpoints:
    """LangGraph's checkpoints. Connects when they are first needed: most processes run no graph."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._lock = Lock()
        self._made: list[PostgresSaver] = []

    def saver(self) -> PostgresSaver:
        """The one of this process. Its tables are made by the product's migrations."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def forget(self, thread_id: str) -> None:
        """Delete the checkpoints of a graph that came to its end. Safe to repeat."""
        self.saver().delete_thread(thread_id)

    def _make(self) -> PostgresSaver:
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg import Connection
        from psycopg.rows import DictRow, dict_row
        from psycopg_pool import ConnectionPool

        pool = ConnectionPool(
            self._database_url,
            connection_class=Connection[DictRow],
            kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
            min_size=0,
            max_size=_MAX_CONNECTIONS,
            check=cast(Any, ConnectionPool.check_connection),
            open=True,
        )
        return PostgresSaver(pool)
