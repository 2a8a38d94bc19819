"""Proposals that end without a moderator: too old, their agents turned off."""

from collections.abc import Sequence

from sqlalchemy import text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AgentOutput
from chatrooms.domain.agent import PROPOSAL_TTL, OutputStatus
from chatrooms.services.agent.closing import close

_DUE = text("""
    SELECT id FROM agent_outputs
    WHERE status = 'proposed' AND created_at < :before ORDER BY id LIMIT 200
    FOR UPDATE SKIP LOCKED
""")
_OF_HALTED = text("""
    SELECT o.id FROM agent_outputs o JOIN rooms r ON r.id = o.room_id
        LEFT JOIN room_agents a ON a.room_id = r.id
    WHERE o.status = 'proposed' AND (
        NOT r.has_assistant OR r.archived_at IS NOT NULL
        OR coalesce(a.settings ->> 'mode', 'propose') = 'off'
        OR (SELECT is_off FROM switches WHERE name = 'agents')
    )
    ORDER BY o.id LIMIT 200 FOR UPDATE OF o SKIP LOCKED
""")


def expire_due(deps: Deps) -> int:
    """End proposals about which nobody decided in time, and those whose agents were turned off; how
    many. For beat; safe to repeat."""
    with transaction(deps.sessions) as tx:
        late = list(tx.scalars(_DUE, {"before": deps.clock() - PROPOSAL_TTL}))
        end(tx, deps, late, OutputStatus.EXPIRED)
        halted = list(tx.scalars(_OF_HALTED))
        end(tx, deps, halted, OutputStatus.WITHDRAWN)
    return len(late) + len(halted)


def end(tx: Transaction, deps: Deps, ids: Sequence[int], status: OutputStatus) -> None:
    """End proposals that wait, and have workers go on with their runs. The caller has locked
    them."""
    for id_ in ids:
        output = tx.get_one(AgentOutput, id_, populate_existing=True)
        close(tx, deps, output, status, by_id=None)
