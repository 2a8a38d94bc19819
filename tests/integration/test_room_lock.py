"""A room's lock keeps out whoever changes the room, and nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.services import history, reading
from chatrooms.services.event_log import lock_policy, lock_room, take_seq
from tests.support.inspect import rows
from tests.support.people import Place, Someone, post
from tests.support.waiting import wait_until

CHANGES: list[Callable[..., object]] = [lock_room, lock_policy, take_seq]


def impatiently(deps: Deps, act: Callable[[Transaction], object]) -> None:
    with transaction(deps.sessions) as tx:
        tx.execute(text("SET LOCAL lock_timeout = '200ms'"))
        act(tx)


def store_notification(tx: Transaction, room: Place, whom: Someone) -> None:
    tx.execute(
        text(
            "INSERT INTO notifications (account_id, kind, group_key, room_id, detail) "
            "VALUES (:account, 'reply', 'one', :room, '')"
        ),
        {"account": whom.id, "room": room.id},
    )


@pytest.mark.parametrize("hold", CHANGES)
def test_while_a_room_is_changed_rows_that_belong_to_it_are_stored_and_changes_wait(
    deps: Deps, private_room: Place, owner: Someone, hold: Callable[..., object]
) -> None:
    with transaction(deps.sessions) as holder:
        hold(holder, room_id=private_room.id)
        impatiently(deps, lambda tx: store_notification(tx, private_room, owner))
        for change in CHANGES:
            with pytest.raises(OperationalError, match="lock timeout"):
                impatiently(deps, lambda tx, do=change: do(tx, room_id=private_room.id))


def test_who_moves_many_markers_holds_none_while_the_room_is_somebody_elses(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    said = post(deps, private_room, owner, "Hello")
    message = history.load_view(deps, room_id=private_room.id).messages[-1]
    where = {"room": private_room.id}
    with ThreadPoolExecutor() as pool:
        with transaction(deps.sessions) as holder:
            lock_room(holder, room_id=private_room.id)
            moving = pool.submit(
                reading.mark_read,
                deps,
                room_id=private_room.id,
                account_ids=[owner.id, member.id],
                position=message.position,
                ordinal=message.ordinal,
                are_following=True,
            )
            wait_until(lambda: waits_for_a_lock(deps), what="the markers wait")
            holder.execute(
                text("SELECT 1 FROM memberships WHERE room_id = :room FOR UPDATE NOWAIT"), where
            )
        moving.result()
    found = rows(deps, "SELECT read_ordinal FROM memberships WHERE account_id = :id", id=member.id)
    assert (message.id, found) == (said, [(message.ordinal,)])


def waits_for_a_lock(deps: Deps) -> bool:
    query = (
        "SELECT 1 FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(rows(deps, query))
