"""Taking out of runs what they keep of messages that are gone, and what runs keep that are over."""

from collections.abc import Sequence

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.domain.agent import OutputStatus
from chatrooms.domain.notifications import Kind
from chatrooms.services.agent.ending import end
from chatrooms.services.agent.shown import WRITING, hold_outputs

_AFFECTED = text("""
    SELECT id FROM agent_runs
    WHERE room_id = :room AND shown && CAST(:ids AS bigint[]) AND NOT is_erased ORDER BY id
""")
_MARK = text("""
    UPDATE agent_runs
    SET is_erased = true, reason = CASE outcome WHEN 'silent' THEN '' ELSE reason END
    WHERE id = ANY(:runs)
""")
_WAITING = text("""
    SELECT id FROM agent_outputs WHERE run_id = ANY(:runs) AND status = 'proposed' FOR UPDATE
""")
# Whatever its kind: words become empty, lists of words too; numbers and the kind stay.
_BLANK_OUTPUTS = text("""
    UPDATE agent_outputs
    SET status = CASE status WHEN 'approved' THEN 'withdrawn' ELSE status END,
        idea = (
            SELECT jsonb_object_agg(key, CASE
                WHEN key = 'kind' THEN value
                WHEN jsonb_typeof(value) = 'string' THEN '""'
                WHEN jsonb_typeof(value) = 'array' THEN '[]'
                ELSE value
            END) FROM jsonb_each(idea)
        )
    WHERE run_id = ANY(:runs) AND status <> 'posted'
    RETURNING id
""")
_BLANK_STEPS = text("""
    UPDATE agent_steps SET output = '{"erased": true}'
    WHERE run_id = ANY(:runs) AND (node = ANY(:writing) OR outcome = 'silent')
""")
_BLANK_NOTICES = text("""
    UPDATE notifications SET detail = ''
    WHERE room_id = :room AND kind = :kind AND detail <> ''
""")
# What a run that is not over knows, apart from where in its graph it is.
_KNOWN = "('observation', 'messages', 'idea')"
_BLANK_CHECKPOINTS = (
    text(f"DELETE FROM checkpoint_blobs WHERE thread_id = ANY(:threads) AND channel IN {_KNOWN}"),
    text(f"DELETE FROM checkpoint_writes WHERE thread_id = ANY(:threads) AND channel IN {_KNOWN}"),
    text("""
        UPDATE checkpoints SET checkpoint = checkpoint #- '{channel_values,reason}'
        WHERE thread_id = ANY(:threads)
    """),
)
_ENDED = text("""
    SELECT thread_id FROM (
        SELECT DISTINCT thread_id FROM checkpoints WHERE thread_id LIKE 'agent-run-%'
    ) AS kept JOIN agent_runs r ON r.id = CAST(substr(thread_id, 11) AS bigint)
    WHERE r.status = 'done'
""")
_FORGET = tuple(
    text(f"DELETE FROM {table} WHERE thread_id = ANY(:threads)")
    for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
)


def thread_id_of(run_id: int) -> str:
    """Under what the checkpoints of a run are kept."""
    return f"agent-run-{run_id}"


def forget_shown(tx: Transaction, deps: Deps, *, room_id: int, message_ids: Sequence[int]) -> None:
    """Have runs that were shown these messages keep no word of what the model made of them: nothing
    in their records, their checkpoints and what was not posted. What waits is taken back, and what
    is under way ends. The caller holds the room's lock."""
    runs = list(tx.scalars(_AFFECTED, {"room": room_id, "ids": message_ids}))
    if not runs:
        return
    hold_outputs(tx, run_ids=runs)
    tx.execute(_MARK, {"runs": runs})
    end(tx, deps, list(tx.scalars(_WAITING, {"runs": runs})), OutputStatus.WITHDRAWN)
    if tx.execute(_BLANK_OUTPUTS, {"runs": runs}).all():
        tx.execute(_BLANK_NOTICES, {"room": room_id, "kind": Kind.AGENT_PROPOSAL.value})
    tx.execute(_BLANK_STEPS, {"runs": runs, "writing": list(WRITING)})
    for statement in _BLANK_CHECKPOINTS:
        tx.execute(statement, {"threads": [thread_id_of(each) for each in runs]})
    tx.after_commit(lambda: deps.bus.nudge_room(room_id, "agent"))


def forget_ended(deps: Deps) -> int:
    """Delete what runs that are over left of how far they were, where a worker was killed before it
    did; of how many. For beat; safe to repeat."""
    with transaction(deps.sessions) as tx:
        threads = list(tx.scalars(_ENDED))
        for statement in _FORGET if threads else ():
            tx.execute(statement, {"threads": threads})
    return len(threads)
