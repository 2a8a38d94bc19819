"""What a run was shown of its room, and what may be kept of it and of what the model made of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from chatrooms.db.engine import Transaction
from chatrooms.domain.agent import RunOutcome
from chatrooms.domain.agent_observation import Observation
from chatrooms.services.agent.outputs import REMEMBERED

ERASED: Mapping[str, Any] = {"erased": True}
"""What is kept of a step in which a model wrote, once its words must go."""
WRITING = ("decide", "act")
"""The nodes whose steps hold what a model wrote. That of `end` does if it stays silent."""
# What it was shown of its earlier outputs may repeat what their runs saw. What was posted is a
# message like others.
_NOTE = text("""
    WITH earlier AS (
        SELECT o.run_id FROM (
            SELECT run_id, status FROM agent_outputs
            WHERE room_id = (SELECT room_id FROM agent_runs WHERE id = :run)
            ORDER BY id DESC LIMIT :remembered
        ) AS o WHERE o.status NOT IN ('posted', 'withdrawn')
    ), saw AS (
        SELECT s.output -> 'observation' AS seen
        FROM agent_steps s JOIN earlier USING (run_id) WHERE s.node = 'observe'
    )
    UPDATE agent_runs SET shown = ARRAY(
        SELECT unnest(CAST(:ids AS bigint[]))
        UNION SELECT CAST(jsonb_path_query(seen, '$.messages[*].id') AS bigint) FROM saw
        UNION SELECT CAST(jsonb_path_query(seen, '$.summary[*].ids[*]') AS bigint) FROM saw
        UNION SELECT CAST(jsonb_path_query(seen, '$.polls[*].id') AS bigint) FROM saw
    ) WHERE id = :run
""")
_IS_VOID = text("""
    SELECT is_erased AND NOT EXISTS (
        SELECT FROM agent_outputs o WHERE o.run_id = agent_runs.id AND o.status = 'posted'
    ) FROM agent_runs WHERE id = :run FOR UPDATE OF agent_runs
""")
_HOLD = text("SELECT FROM agent_outputs WHERE run_id = ANY(:ids) ORDER BY id FOR UPDATE")


def note_shown(tx: Transaction, *, run_id: int, seen: Observation) -> None:
    """Keep which messages a run is shown next, also those behind what it wrote before. The caller
    has held the room's lock since before it read them."""
    ids = {each.id for each in (*seen.messages, *seen.polls)}
    ids |= {id_ for each in seen.summary for id_ in each.ids}
    tx.execute(_NOTE, {"run": run_id, "ids": sorted(ids), "remembered": REMEMBERED})


def without_words(update: Mapping[str, Any]) -> dict[str, Any]:
    """What a node changed, as a record keeps it: of the room, ids and counts in place of texts."""
    if "observation" not in update:
        return dict(update)
    seen = Observation.model_validate(update["observation"])
    kept = {
        "room": seen.room,
        "slug": seen.slug,
        "quiet_min": seen.quiet_min,
        "messages": [
            each.model_dump(include={"id", "revision", "reply_to", "thread"}, exclude_none=True)
            for each in seen.messages
        ],
        "summary": [each.model_dump(mode="json", include={"ids"}) for each in seen.summary],
        "polls": [each.model_dump(include={"id"}) for each in seen.polls],
        "outputs": [
            each.model_dump(mode="json", exclude={"text", "reason"}) for each in seen.outputs
        ],
        "revisions": seen.revisions,
    }
    return {**update, "observation": kept}


def kept_of(
    node: str, output: Mapping[str, Any], outcome: str, *, is_erased: bool
) -> dict[str, Any]:
    """What is kept of a step: all of it, or no word of the model's if its run is erased."""
    is_of_model = node in WRITING or outcome == RunOutcome.SILENT
    return dict(ERASED if is_erased and is_of_model else output)


def is_void(tx: Transaction, *, run_id: int) -> bool:
    """Whether a message that the run was shown is gone before it posted anything. Holds the run, so
    that whoever takes one away from now on waits for this transaction."""
    return bool(tx.scalar(_IS_VOID, {"run": run_id}))


def hold_outputs(tx: Transaction, *, run_ids: Sequence[int]) -> None:
    """Lock what these runs wrote. Always before the runs, so that two never wait for each other."""
    tx.execute(_HOLD, {"ids": list(run_ids)})
