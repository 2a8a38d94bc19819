"""A room's lock keeps out whoever changes the room, and nobody else."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.services.event_log import lock_policy, lock_room, take_seq
from tests.support.people import Place, Someone

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
