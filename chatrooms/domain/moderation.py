"""How a room is moderated: its policy, and what the policy makes of one message. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Mode(StrEnum):
    """Who decides about messages. Stored by value."""

    MANUAL = "manual"
    """Moderators decide; the model only sorts what waits for them."""
    SEMI_AUTO = "semi_auto"
    """The model flags, moderators decide."""
    AUTO = "auto"
    """The model removes at once what is over the removal threshold."""


class Status(StrEnum):
    """What was decided about a message. Stored by value."""

    PENDING = "pending"
    APPROVED = "approved"
    FLAGGED = "flagged"
    REMOVED = "removed"


class Withheld(StrEnum):
    """Why a published message does not show its text. Stored by value; empty: it shows it."""

    NO = ""
    REMOVED = "removed"
    REVIEW = "review"
    """Hidden until a moderator has looked at it."""


class Decision(StrEnum):
    """What happens to a message. Stored by value."""

    APPROVE = "approve"
    REVIEW = "review"
    """It is shown and waits for a moderator, as everything does in manual mode."""
    FLAG = "flag"
    """It is shown, and moderators are asked to look at it."""
    HIDE = "hide"
    """It is hidden until a moderator has looked at it."""
    REMOVE = "remove"


class Queue(StrEnum):
    """Why a case waits for a moderator. Stored by value."""

    FLAGGED = "flagged"
    UNREVIEWED = "unreviewed"
    REPORTED = "reported"
    APPEALS = "appeals"
    SAMPLE = "sample"
    """A random approved message, so that moderators also see what the model lets pass."""
    PROPOSALS = "proposals"
    """What agents would like to post."""


class SanctionAppealOutcome(StrEnum):
    """How an appeal against a time-out or ban ended. Stored by value."""

    LIFTED = "lifted"
    """A moderator ended the sanction."""
    UPHELD = "upheld"
    EXPIRED = "expired"
    """The time-out was over before anybody answered."""
    REPLACED = "replaced"
    """Another sanction took its place before anybody answered."""


class RuleAction(StrEnum):
    """What a rule does with a message that it fits. Stored by value."""

    FLAG = "flag"
    HOLD = "hold"
    REMOVE = "remove"


class Unreadable(StrEnum):
    """What happens to text that the model cannot read, such as another language."""

    REVIEW = "review"
    RULES = "rules"
    """Rules alone decide."""


class HoldExpiry(StrEnum):
    """What happens to a held message that nobody judged in time."""

    PUBLISH = "publish"
    """It is shown, and moderators are asked to look at it."""
    KEEP = "keep"


class Policy(BaseModel):
    """How a room is moderated. Stored per room; what is not stored has these defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mode: Mode = Mode.MANUAL
    flag_threshold: float = Field(default=0.5, ge=0, le=1)
    """Score from which on a message is flagged, unless the mode is manual."""
    remove_threshold: float = Field(default=0.8, ge=0, le=1)
    """Score from which on a message is removed in auto mode; at least `flag_threshold`."""
    hides_flagged: bool = False
    """Whether flagged messages are hidden until a moderator has looked at them."""
    holds: bool | None = None
    """Whether others see a message only once it is judged; None: in auto mode only."""
    hold_limit_ms: int = Field(default=2_000, ge=250, le=60_000)
    hold_expiry: HoldExpiry = HoldExpiry.PUBLISH
    unreadable: Unreadable = Unreadable.REVIEW
    summary_every: int = Field(default=20, ge=1, le=10_000)
    """Moderated messages until a summary is asked for."""
    sample_per_mille: int = Field(default=5, ge=0, le=1_000)
    """How many of a thousand approved messages moderators are shown as a sample."""
    slow_s: int = Field(default=0, ge=0, le=21_600)
    """Slow mode: seconds that a member waits between two messages; 0 for none."""

    @model_validator(mode="after")
    def _ordered(self) -> "Policy":
        if self.remove_threshold < self.flag_threshold:
            raise ValueError("The removal threshold must not be lower than the flag threshold.")
        return self

    @property
    def is_holding(self) -> bool:
        """Whether others see a message only once it is judged."""
        return self.mode is Mode.AUTO if self.holds is None else self.holds


@dataclass(frozen=True, slots=True)
class RuleHit:
    """That a rule fits a message."""

    rule_id: int
    name: str
    action: RuleAction
    words: tuple[str, ...] = ()
    """What of the text it fits; none if it fits the message as a whole."""
    places: tuple[tuple[int, int], ...] = ()
    """Where those words begin and end."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the policy makes of a message, and why."""

    decision: Decision
    rule: RuleHit | None = None
    """The rule that decided; None if the model or the mode did."""
    hits: tuple[RuleHit, ...] = ()
    """All rules that fit."""


_SEVERITY = {
    Decision.APPROVE: 0,
    Decision.REVIEW: 1,
    Decision.FLAG: 2,
    Decision.HIDE: 3,
    Decision.REMOVE: 4,
}
_OF_RULE = {
    RuleAction.FLAG: Decision.FLAG,
    RuleAction.HOLD: Decision.HIDE,
    RuleAction.REMOVE: Decision.REMOVE,
}


def decide(
    policy: Policy,
    *,
    score: float | None,
    hits: tuple[RuleHit, ...] = (),
    is_allowed: bool = False,
    is_asked: bool = True,
) -> Outcome:
    """What becomes of a message with this score; of rules and model, the stricter one decides.

    `score` is the probability that it breaks the rules, None where the model could not read it.
    `is_allowed`: an allow rule vouches for it, so the model does not count. `is_asked`: there was a
    model to ask; where there is none people look, and the room goes on.
    """
    is_allowed = is_allowed and policy.mode is not Mode.MANUAL
    if policy.mode is Mode.MANUAL or is_asked or is_allowed:
        by_model = Outcome(_by_model(policy, score, is_allowed=is_allowed), hits=hits)
    else:
        by_model = Outcome(Decision.FLAG, hits=hits)
    by_rules = [Outcome(_OF_RULE[hit.action], hit, hits) for hit in hits]
    return max([by_model, *by_rules], key=lambda outcome: _SEVERITY[outcome.decision])


def _by_model(policy: Policy, score: float | None, *, is_allowed: bool) -> Decision:
    if policy.mode is Mode.MANUAL:
        return Decision.REVIEW
    if is_allowed:
        return Decision.APPROVE
    suspected = Decision.HIDE if policy.hides_flagged else Decision.FLAG
    if score is None:
        return suspected if policy.unreadable is Unreadable.REVIEW else Decision.APPROVE
    if policy.mode is Mode.AUTO and score >= policy.remove_threshold:
        return Decision.REMOVE
    return suspected if score >= policy.flag_threshold else Decision.APPROVE


STATUS_AFTER = {
    Decision.APPROVE: Status.APPROVED,
    Decision.REVIEW: Status.PENDING,
    Decision.FLAG: Status.FLAGGED,
    Decision.HIDE: Status.FLAGGED,
    Decision.REMOVE: Status.REMOVED,
}
WITHHELD_AFTER = {
    Decision.APPROVE: Withheld.NO,
    Decision.REVIEW: Withheld.NO,
    Decision.FLAG: Withheld.NO,
    Decision.HIDE: Withheld.REVIEW,
    Decision.REMOVE: Withheld.REMOVED,
}
STOPPED = frozenset({Decision.FLAG, Decision.HIDE, Decision.REMOVE})
"""What model and rules do against a message."""
