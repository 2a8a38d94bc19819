"""Rooms with a long past, written straight into the tables: a benchmark cannot wait for people."""

from sqlalchemy import text

from bench.instance import Instance
from chatrooms.db.engine import transaction
from chatrooms.services import rooms
from chatrooms.services.rooms import RoomDraft

_MESSAGES = text("""
    INSERT INTO messages (room_id, position, author_id, client_id, body, sent_at)
    SELECT :room, n + :taken, :author, 'past-' || :room || '-' || n,
           'Message ' || n || ' of a room that has seen a good many of them already.',
           now() - make_interval(secs => 60 * (:count - n))
    FROM generate_series(1, :count) AS n
""")
_EVENTS = text("""
    INSERT INTO room_events (room_id, seq, kind, payload, created_at)
    SELECT m.room_id, m.position, 'message_posted', jsonb_build_object(
        'kind', 'message_posted', 'message', jsonb_build_object(
            'id', m.id, 'position', m.position, 'client_id', m.client_id, 'body', m.body,
            'sent_at', m.sent_at, 'edited_at', NULL, 'is_deleted', false, 'quote', NULL,
            'author', jsonb_build_object(
                'id', a.id, 'username', a.username, 'name', a.name, 'hue', a.hue))), m.sent_at
    FROM messages m JOIN accounts a ON a.id = m.author_id
    WHERE m.room_id = :room AND m.position > :taken
""")
_LAST = text("UPDATE rooms SET last_seq = last_seq + :count WHERE id = :room")
_SEQ = text("SELECT last_seq FROM rooms WHERE id = :room")


def make_room(instance: Instance, *, owner_id: int, messages: int) -> tuple[int, str]:
    """A room with that many messages: its id and its path."""
    draft = RoomDraft(name=f"Past of {messages}")
    facts = rooms.create_room(instance.deps, actor_id=owner_id, draft=draft)
    with transaction(instance.deps.sessions) as tx:
        taken = tx.execute(_SEQ, {"room": facts.id}).scalar_one()
        which = {"room": facts.id, "taken": taken}
        tx.execute(_MESSAGES, {**which, "author": owner_id, "count": messages})
        tx.execute(_EVENTS, which)
        tx.execute(_LAST, {"room": facts.id, "count": messages})
    return facts.id, f"/rooms/{facts.slug}"


def settle(instance: Instance) -> None:
    """Have the database take note of what was written, as it does by itself in time."""
    with transaction(instance.deps.sessions) as tx:
        tx.execute(text("ANALYZE"))
