"""Has replies of the assistant say that a message which they rest on was changed or taken away.

A reply stays: people may have answered it, and moderators remove it as any other. What becomes of
the messages behind it is kept with its turn, and told to all screens by an event of the room.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import text, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import AssistantTurn
from chatrooms.domain.events import AnswerOutdated, Outdated
from chatrooms.services.event_log import record

# Whether moderation looks at a message anew is no matter: everybody still reads what it said.
_REPLIES = text("""
    SELECT turn.id, turn.reply_id, turn.sources, turn.outdated, turn.lost,
        reply.position IS NOT NULL AND reply.deleted_at IS NULL AND reply.withheld = '' AS is_shown,
        coalesce(array_agg(read.id) FILTER (WHERE now.id IS NULL), '{}') AS removed,
        coalesce(array_agg(read.id) FILTER (WHERE now.revision <> read.revision), '{}') AS changed
    FROM assistant_turns AS turn
    JOIN messages AS reply ON reply.id = turn.reply_id
    CROSS JOIN LATERAL unnest(turn.rests_on, turn.revisions) AS read(id, revision)
    LEFT JOIN messages AS now ON now.id = read.id AND now.room_id = turn.room_id
        AND now.position IS NOT NULL AND now.deleted_at IS NULL AND now.withheld = ''
    WHERE turn.reply_id IS NOT NULL AND turn.rests_on && CAST(:ids AS bigint[])
    GROUP BY turn.id, reply.id
    ORDER BY turn.id
""")


def mark_replies(tx: Transaction, deps: Deps, *, room_id: int, message_ids: Sequence[int]) -> None:
    """Have every reply that rests on one of these messages of a room say what became of them; also
    nothing, where they are what they were again. The caller holds the room's lock."""
    for reply in tx.execute(_REPLIES, {"ids": list(message_ids)}).all():
        found = _outdated(reply.sources, removed=reply.removed, changed=reply.changed)
        change, lost = (found.change, list(found.lost)) if found else ("", [])
        if (change, lost) == (reply.outdated, reply.lost):
            continue
        tx.execute(
            update(AssistantTurn)
            .where(col(AssistantTurn.id) == reply.id)
            .values(outdated=change, lost=lost)
        )
        if reply.is_shown:
            event = AnswerOutdated(message_id=reply.reply_id, outdated=found)
            record(tx, deps, room_id=room_id, event=event)


def _outdated(
    sources: Sequence[int], *, removed: Collection[Any], changed: Collection[Any]
) -> Outdated | None:
    gone = {*removed, *changed}
    if not gone:
        return None
    lost = tuple(each for each in sources if each in gone)
    # Of what it cites if that changed, else of what else it may rest on.
    is_removed = not set(removed).isdisjoint(lost or gone)
    return Outdated(change="removed" if is_removed else "changed", lost=lost)
