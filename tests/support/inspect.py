"""Looks behind the services: what is stored, and what was asked of the database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from chatrooms.bootstrap import Deps
from chatrooms.domain.view import RoomView, ThreadView, fold, fold_thread
from chatrooms.services import event_log


def rows(deps: Deps, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with deps.sessions() as session:
        return [tuple(row) for row in session.execute(text(query), values)]


def change(deps: Deps, query: str, **values: Any) -> None:
    """Change what is stored without a service, for what time alone would bring about."""
    with deps.sessions() as session, session.begin():
        session.execute(text(query), values)


def room_name(deps: Deps, room_id: int) -> str:
    """What the room is called."""
    return rows(deps, "SELECT name FROM rooms WHERE id = :id", id=room_id)[0][0]


def waiting_for_locks(deps: Deps) -> int:
    """How many transactions wait for what another holds."""
    return rows(
        deps,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'",
    )[0][0]


def open_transactions(deps: Deps) -> list[str]:
    """What was last asked in each transaction that is open in the database and idle now."""
    found = rows(
        deps,
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%'",
    )
    return [query for (query,) in found]


def seqs(deps: Deps, room_id: int) -> list[int]:
    """The numbers of the room's stored events, in order."""
    found = rows(deps, "SELECT seq FROM room_events WHERE room_id = :id ORDER BY seq", id=room_id)
    return [seq for (seq,) in found]


def assert_gapless(deps: Deps, room_id: int) -> None:
    """Fails unless the room's events are numbered 1, 2, 3 ... up to what the room says."""
    (last,) = rows(deps, "SELECT last_seq FROM rooms WHERE id = :id", id=room_id)[0]
    assert seqs(deps, room_id) == list(range(1, last + 1))


def folded(deps: Deps, view: RoomView, *, room_id: int) -> RoomView:
    """The view after all events that are stored beyond it."""
    for entry in event_log.list_events(deps, room_id=room_id, after_seq=view.seq, limit=10**6):
        view = fold(view, entry.seq, entry.event)
    return view


def folded_thread(deps: Deps, thread: ThreadView, *, room_id: int) -> ThreadView:
    """The thread after all events that are stored beyond it."""
    for entry in event_log.list_events(deps, room_id=room_id, after_seq=thread.seq, limit=10**6):
        thread = fold_thread(thread, entry.seq, entry.event)
    return thread


def everything_stored(deps: Deps, *tables: str) -> str:
    """All rows of those tables as one text, to search for what must not be there."""
    return "\n".join(
        json.dumps([list(map(str, row)) for row in rows(deps, f"SELECT * FROM {table}")])
        for table in tables
    )


@contextmanager
def counted_queries(deps: Deps) -> Iterator[list[str]]:
    """The statements sent to the database in the block."""
    statements: list[str] = []
    engine = deps.sessions.kw["bind"]

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
