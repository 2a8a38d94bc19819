"""Taking a person's name out of what rooms remember of every change."""

from typing import Any, cast

from sqlalchemy import bindparam, select, text, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, Deletion, RoomEventRow, table_of
from chatrooms.domain.events import Person
from chatrooms.services.event_log import lock_room
from chatrooms.services.people import person_of

_AT_ONCE = 2000

# The next stretch of the logs of all rooms, in order: where it ends, nobody needs to look again.
_STRETCH = text("""
    SELECT room_id, seq FROM room_events
    WHERE room_id = (
        SELECT room_id FROM room_events
        WHERE (room_id, seq) > (:room_id, :seq) ORDER BY room_id, seq LIMIT 1
    ) AND (room_id, seq) > (:room_id, :seq)
    ORDER BY seq LIMIT :at_once
""")
_NAMES = text("""
    jsonb_path_exists(payload,
        '$.** ? (@.id == $account || @.author_id == $account || @.mentions[*] == $username)',
        jsonb_build_object(
            'account', CAST(:account AS bigint), 'username', CAST(:username AS text)))
""")
_EVENTS = table_of(RoomEventRow)
_REPLACE = (
    update(_EVENTS)
    .where(_EVENTS.c.room_id == bindparam("room"), _EVENTS.c.seq == bindparam("number"))
    .values(payload=bindparam("payload"))
)


def unname_events(deps: Deps, *, account_id: int) -> bool:
    """Go on through the logs of all rooms, one stretch of one room, and have each event that names
    the account name it as it is called now, and call nobody by its old name. Whether there may be
    more. Not only rooms that show the person: also those that were left long ago.
    """
    with transaction(deps.sessions) as tx:
        found = tx.get_one(Deletion, account_id)
        stretch = tx.execute(
            _STRETCH, {"room_id": found.room_id, "seq": found.seq, "at_once": _AT_ONCE}
        ).all()
        if not stretch:
            return False
        room_id, first, last = stretch[0].room_id, stretch[0].seq, stretch[-1].seq
        # Deletions of messages blank events too, under the same lock.
        lock_room(tx, room_id=room_id)
        person = person_of(tx.get_one(Account, account_id))
        rows = tx.execute(
            select(col(RoomEventRow.seq), col(RoomEventRow.payload)).where(
                col(RoomEventRow.room_id) == room_id,
                col(RoomEventRow.seq).between(first, last),
                _NAMES,
            ),
            {"account": account_id, "username": found.username},
        ).all()
        if rows:
            changed = [
                {
                    "room": room_id,
                    "number": seq,
                    "payload": unnamed(payload, person, username=found.username),
                }
                for seq, payload in rows
            ]
            tx.connection().execute(_REPLACE, changed)
        found.room_id, found.seq = room_id, last
    return True


def unnamed(value: Any, person: Person, *, username: str) -> Any:
    """An event's payload in which the person is called as now, and nobody is meant by the old user
    name, in lower case."""
    if isinstance(value, list):
        return [unnamed(each, person, username=username) for each in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    found = cast(dict[str, Any], value)
    changed = {key: unnamed(each, person, username=username) for key, each in found.items()}
    if found.get("id") == person.id and _is_person(found):
        as_now = person.model_dump(mode="json")
        changed |= {key: as_now[key] for key in found if key in as_now}
    if found.get("author_id") == person.id and "author_name" in found:
        changed["author_name"] = person.name
    if isinstance(found.get("mentions"), list):
        changed["mentions"] = [each for each in changed["mentions"] if each != username]
    return changed


def _is_person(found: dict[str, Any]) -> bool:
    """Whether it is somebody, in full or by name alone, and not a room."""
    return "name" in found and found.keys() <= Person.model_fields.keys()
