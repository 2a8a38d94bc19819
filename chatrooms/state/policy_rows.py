"""The shapes in which a room's moderation settings reach the browser."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as its form shows it."""

    mode: str = "manual"
    flag: int = 50
    """Thresholds in percent."""
    remove: int = 80
    hides_flagged: bool = False
    holds: str = "auto"
    """`auto`: in auto mode only; `yes`; `no`."""
    hold_limit_s: str = "2"
    hold_expiry: str = "publish"
    unreadable: str = "review"
    summary_every: int = 20
    sample_per_mille: int = 5
    slow_s: int = 0


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in the list of rules."""

    id: int = 0
    name: str = ""
    kind: str = ""
    action: str = ""
    text: str = ""
    """What it looks at, in words."""
    is_on: bool = True
    is_site: bool = False
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """How many messages come to one outcome, before and after."""

    word: str = ""
    before: int = 0
    after: int = 0
    removed: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A message that would have come to another outcome."""

    message_id: int = 0
    room: str = ""
    """The room's name, where the question is about several."""
    author: str = ""
    text: str = ""
    sent_at: str = ""
    score: str = ""
    """In words; says so where the model could not read it."""
    before: str = ""
    after: str = ""
    decided: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One figure of a correction's proof, before and after."""

    name: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One training of a room's correction."""

    version: int = 0
    at: str = ""
    by: str = ""
    outcome: str = ""
    """What came of it, in a word or two."""
    proof: str = ""
    """Precision before and after; empty if nothing was compared."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: verdicts given on it, and how decisions made on it went."""

    day: str = ""
    approved: int = 0
    waiting: int = 0
    flagged: int = 0
    removed: int = 0
    overturned: float | None = None
    """Removals that moderators took back, in percent; None where there was none to take back."""
    agreed: float | None = None
    """Decisions that agreed with the verdict, in percent; None where there was none."""
    waited: float | None = None
    """Median time until a decision, in `NumbersState.unit`; None where nothing was decided."""
    overturned_words: str = ""
    agreed_words: str = ""
    waited_words: str = ""
