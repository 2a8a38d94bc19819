"""When a room's agent may speak. Pure: the clock is the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chatrooms.domain.agent import AgentSettings

ANSWER_WITHIN = timedelta(days=1)
"""An output that drew no reply, vote or reaction in this time counts as unanswered."""
DAY = timedelta(days=1)
_MOST_DOUBLINGS = 6


class NotNow(StrEnum):
    """Why the agent does not speak at a moment."""

    EMPTY = "empty"
    """No person ever wrote there."""
    NOT_QUIET = "not_quiet"
    OUTSIDE_HOURS = "outside_hours"
    POSTS_SPENT = "posts_spent"
    TOKENS_SPENT = "tokens_spent"
    PAUSING = "pausing"
    """It spoke, or looked, not long ago."""


@dataclass(frozen=True, slots=True)
class Past:
    """What an agent and its room did lately."""

    last_human_at: datetime | None
    """When a person wrote last."""
    last_run_at: datetime | None
    """When its last run ended."""
    unanswered: int
    """How many of its last outputs, one after the other, drew nothing."""
    posts: int
    """Outputs within the last day, proposed ones too."""
    tokens: int
    """Tokens within the last day."""
    first_post_at: datetime | None = None
    """When the oldest of these outputs was written."""
    first_tokens_at: datetime | None = None
    """When the oldest run with any of these tokens was begun."""


@dataclass(frozen=True, slots=True)
class Drew:
    """What one output led to."""

    at: datetime
    has_answer: bool
    """Whether anybody replied, voted or reacted."""
    is_refused: bool
    """Whether a moderator rejected it, or let it expire."""


def why_not_to_speak(settings: AgentSettings, past: Past, now: datetime) -> NotNow | None:
    """Why the agent may not speak at this moment, its pause aside; None if it may."""
    if past.last_human_at is None:
        return NotNow.EMPTY
    if now - past.last_human_at < timedelta(minutes=settings.quiet_min):
        return NotNow.NOT_QUIET
    if not settings.is_active_at(now.astimezone(settings.zone).hour):
        return NotNow.OUTSIDE_HOURS
    if past.posts >= settings.posts_per_day:
        return NotNow.POSTS_SPENT
    if past.tokens >= settings.tokens_per_day:
        return NotNow.TOKENS_SPENT
    return None


def why_not_to_run(settings: AgentSettings, past: Past, now: datetime) -> NotNow | None:
    """Why no run is begun at this moment; None if one is due."""
    reason = why_not_to_speak(settings, past, now)
    if reason is not None or past.last_run_at is None:
        return reason
    is_pausing = now < past.last_run_at + pause_of(settings, past.unanswered)
    return NotNow.PAUSING if is_pausing else None


def not_before(settings: AgentSettings, past: Past, now: datetime, reason: NotNow) -> datetime:
    """The earliest moment after `now` at which no run may be kept off by this reason any more, as
    long as its settings stay and nobody answers or takes back what it put out."""
    if reason is NotNow.OUTSIDE_HOURS:
        return _next_hours(settings, now)
    quiet, pause = timedelta(minutes=settings.quiet_min), pause_of(settings, past.unanswered)
    # Somebody may write the first message at any moment, and then it takes that long.
    since, lasts = {
        NotNow.EMPTY: (now, quiet),
        NotNow.NOT_QUIET: (past.last_human_at, quiet),
        NotNow.POSTS_SPENT: (past.first_post_at, DAY),
        NotNow.TOKENS_SPENT: (past.first_tokens_at, DAY),
        NotNow.PAUSING: (past.last_run_at, pause),
    }[reason]
    return (since or now) + lasts


def _next_hours(settings: AgentSettings, now: datetime) -> datetime:
    """When the agent's hours begin next. Where clocks are put forward over that hour, it is the
    moment at which they show the one after it."""
    local = now.astimezone(settings.zone)
    begin = local.replace(hour=settings.from_hour, minute=0, second=0, microsecond=0, fold=0)
    while begin.astimezone(UTC) <= now:
        begin += timedelta(days=1)
    return begin.astimezone(UTC)


def pause_of(settings: AgentSettings, unanswered: int) -> timedelta:
    """How long the agent waits after a run: doubled with each of its last outputs that drew
    nothing, at most 64-fold."""
    return timedelta(minutes=settings.pause_min) * 2 ** min(unanswered, _MOST_DOUBLINGS)


def count_unanswered(outputs: Sequence[Drew], now: datetime) -> int:
    """How many of these outputs, the newest first, drew nothing before one that did. Those that may
    still be answered count neither way."""
    count = 0
    for each in outputs:
        if each.has_answer:
            break
        if each.is_refused or now - each.at >= ANSWER_WITHIN:
            count += 1
    return count
