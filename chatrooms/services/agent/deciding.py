"""What moderators decide about proposals."""

from collections.abc import Mapping

from pydantic import ValidationError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AgentOutput
from chatrooms.domain.agent import (
    MAX_REASON_CHARS,
    Idea,
    OutputStatus,
    parse_idea,
)
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    ProposalDecided,
    ProposalUnavailable,
    SourcesChanged,
)
from chatrooms.domain.permissions import Permission
from chatrooms.domain.text import clean
from chatrooms.services.access import access_room, is_id
from chatrooms.services.agent.checking import check_form
from chatrooms.services.agent.closing import close
from chatrooms.services.ai.cited import still_says
from chatrooms.services.event_log import lock_room

APPROVED, REJECTED = "agent_approved", "agent_rejected"
"""What the moderation log calls the decisions."""
_CHANGEABLE = frozenset({"question", "choices", "closes_in_hours", "title", "body"})


def approve(
    deps: Deps, *, actor_id: int, proposal_id: int, changes: Mapping[str, object] | None = None
) -> None:
    """Have a proposal be posted, after `changes` to its words if there are any. Moderators only.

    Raises: ProposalUnavailable, ProposalDecided; SourcesChanged if a message that it rests on says
        something else by now; InvalidInput for changes that cannot be posted, which leaves it
        waiting.
    """
    with transaction(deps.sessions) as tx:
        output = _access_waiting(tx, actor_id=actor_id, proposal_id=proposal_id)
        revisions = dict(zip(output.evidence, output.revisions, strict=True))
        if not still_says(tx, room_id=output.room_id, revisions=revisions):
            raise SourcesChanged("A message that this rests on was changed. It waits no more.")
        before = parse_idea(output.idea)
        after = _changed(deps, before, changes or {})
        if after != before:
            output.idea, output.is_edited = after.model_dump(mode="json"), True
        close(tx, deps, output, OutputStatus.APPROVED, by_id=actor_id, action=APPROVED)


def reject(deps: Deps, *, actor_id: int, proposal_id: int, reason: str = "") -> None:
    """Have a proposal not be posted. The agent sees the reason the next time. Moderators only.

    Raises: ProposalUnavailable, ProposalDecided; InvalidInput.
    """
    said = clean(reason, keep_lines=False)
    if len(said) > MAX_REASON_CHARS:
        raise InvalidInput(f"A reason has at most {MAX_REASON_CHARS} characters.")
    with transaction(deps.sessions) as tx:
        output = _access_waiting(tx, actor_id=actor_id, proposal_id=proposal_id)
        output.reason = said
        close(tx, deps, output, OutputStatus.REJECTED, by_id=actor_id, action=REJECTED)


def _access_waiting(tx: Transaction, *, actor_id: int, proposal_id: object) -> AgentOutput:
    """A proposal that waits, locked, if the actor moderates its room."""
    known = tx.get(AgentOutput, proposal_id) if is_id(proposal_id) else None
    if known is None:
        raise ProposalUnavailable
    try:
        access_room(tx, actor_id=actor_id, room_id=known.room_id, to=Permission.MODERATE)
    except ChatError as error:
        raise ProposalUnavailable from error
    lock_room(tx, room_id=known.room_id)
    output = tx.get_one(AgentOutput, known.id, with_for_update=True, populate_existing=True)
    if output.status != OutputStatus.PROPOSED:
        raise ProposalDecided
    return output


def _changed(deps: Deps, idea: Idea, changes: Mapping[str, object]) -> Idea:
    """The idea with other words. What it rests on and why stay. Raises: InvalidInput."""
    wanted = {name: changes[name] for name in _CHANGEABLE & changes.keys()}
    if not wanted:
        return idea
    try:
        after = parse_idea({**idea.model_dump(), **wanted})
    except ValidationError as problem:
        raise InvalidInput("This cannot be posted as it is.") from problem
    return check_form(deps, after)
