"""The shapes in which the room's agent reaches moderators' browsers."""

from dataclasses import dataclass, field

from chatrooms.domain.agent import (
    IDEAS,
    AgentSettings,
    PollIdea,
    RunOutcome,
    RunStatus,
    TopicIdea,
    Trigger,
)
from chatrooms.live.rows import iso
from chatrooms.services.agent.proposals import Proposal
from chatrooms.services.agent.record import RunInShort
from chatrooms.state.assistant_rows import SourceRow, source_row

_TRIGGERS = {Trigger.QUIET: "Quiet room", Trigger.BOOST: "Boost"}
_STATUSES = {RunStatus.RUNNING: "At work", RunStatus.WAITING: "Waits for a moderator"}
_OUTCOMES = {
    RunOutcome.POSTED: "Posted",
    RunOutcome.SILENT: "Stayed silent",
    RunOutcome.REJECTED: "Rejected",
    RunOutcome.EXPIRED: "Expired",
    RunOutcome.WITHDRAWN: "Withdrawn",
    RunOutcome.STOPPED: "Stopped",
    RunOutcome.IN_THE_WAY: "Kept quiet",
    RunOutcome.NOT_ALLOWED: "Not allowed",
    RunOutcome.UNAVAILABLE: "No model",
    RunOutcome.UNUSABLE: "Unusable answer",
    RunOutcome.OUT_OF_STEPS: "Out of steps",
    RunOutcome.OUT_OF_TOKENS: "Out of tokens",
    RunOutcome.LOST: "Lost",
    RunOutcome.FAILED: "Failed",
}


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """Something that an agent would like to post."""

    id: int = 0
    run_id: int = 0
    kind: str = ""
    """In a word."""
    room_name: str = ""
    slug: str = ""
    heading: str = ""
    """A poll's question or a topic's title; empty for a thread."""
    body: str = ""
    """Text of a thread or a topic; empty for a poll."""
    choices: list[str] = field(default_factory=list[str])
    """Of a poll."""
    closes_in_hours: int = 0
    why: str = ""
    sources: list[SourceRow] = field(default_factory=list[SourceRow])
    cost: str = ""
    """Model and tokens, in words."""
    proposed_at: str = ""
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a line."""

    id: int = 0
    trigger: str = ""
    outcome: str = ""
    reason: str = ""
    kind: str = ""
    message_id: int = 0
    cost: str = ""
    begun_at: str = ""
    is_over: bool = True


@dataclass(frozen=True, slots=True)
class AgentSettingsRow:
    """How the agent behaves: `domain.agent.AgentSettings`."""

    mode: str = "propose"
    quiet_min: int = 0
    pause_min: int = 0
    from_hour: int = 0
    until_hour: int = 0
    timezone: str = "UTC"
    posts_per_day: int = 0
    day_budget: int = 0
    """Tokens of a day."""
    max_steps: int = 0
    run_budget: int = 0
    """Tokens of one run."""


_BUDGETS = {"day_budget": "tokens_per_day", "run_budget": "max_tokens"}
"""What the settings call these fields."""
SETTINGS = {name: _BUDGETS.get(name, name) for name in AgentSettingsRow.__dataclass_fields__}
"""Every field of the form, and what the settings call it."""


def settings_row(settings: AgentSettings) -> AgentSettingsRow:
    """How the agent behaves, for the browser."""
    chosen = settings.model_dump(mode="json")
    return AgentSettingsRow(**{name: chosen[stored] for name, stored in SETTINGS.items()})


def proposal_row(proposal: Proposal) -> ProposalRow:
    """A proposal for the browser."""
    idea = proposal.idea
    is_poll = isinstance(idea, PollIdea)
    heading = idea.question if is_poll else idea.title if isinstance(idea, TopicIdea) else ""
    return ProposalRow(
        id=proposal.id,
        run_id=proposal.run_id,
        kind=IDEAS[proposal.kind].word,
        room_name=proposal.room_name,
        slug=proposal.slug,
        heading=heading,
        body="" if is_poll else idea.body,
        choices=list(idea.choices) if is_poll else [],
        closes_in_hours=idea.closes_in_hours if is_poll else 0,
        why=idea.why,
        sources=[source_row(n, each) for n, each in enumerate(proposal.sources, 1)],
        cost=_cost(proposal.model, proposal.tokens),
        proposed_at=iso(proposal.proposed_at),
        expires_at=iso(proposal.expires_at),
    )


def run_row(run: RunInShort) -> RunRow:
    """A run for the browser."""
    trigger = _TRIGGERS[run.trigger]
    return RunRow(
        id=run.id,
        trigger=f"{trigger} by {run.by}" if run.by else trigger,
        outcome=_OUTCOMES[run.outcome] if run.outcome else _STATUSES.get(run.status, ""),
        reason=run.reason,
        kind=IDEAS[run.kind].word if run.kind else "",
        message_id=run.message_id,
        cost=_cost(run.model, run.tokens),
        begun_at=iso(run.begun_at),
        is_over=run.status is RunStatus.DONE,
    )


def _cost(model: str, tokens: int) -> str:
    return f"{model}, {tokens:,} tokens" if model else ""
