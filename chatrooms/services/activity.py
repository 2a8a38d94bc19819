"""When somebody last wrote in each room, for the directory's order."""

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction

# A room with nothing new is not looked at; how many messages an import brought tells nothing, so
# the time is that of the newest message.
_NOTE = text("""
    INSERT INTO room_activity (room_id, active_at, counted)
    SELECT rooms.id, greatest(rooms.created_at, newest.sent_at), rooms.message_count
    FROM rooms
    LEFT JOIN room_activity ON room_activity.room_id = rooms.id
    LEFT JOIN LATERAL (
        SELECT sent_at FROM messages
        WHERE messages.room_id = rooms.id AND position IS NOT NULL
        ORDER BY position DESC LIMIT 1
    ) AS newest ON true
    WHERE room_activity.counted IS DISTINCT FROM rooms.message_count
    ORDER BY rooms.id
    ON CONFLICT (room_id) DO UPDATE
    SET active_at = excluded.active_at, counted = excluded.counted
    RETURNING room_id
""")


def note_activity(deps: Deps) -> int:
    """Look up rooms in which something was written since the last time; how many. For the worker:
    safe to repeat, and at once by several."""
    with transaction(deps.sessions) as tx:
        return len(tx.execute(_NOTE).all())
