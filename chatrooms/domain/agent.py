"""The room agent: how a room has it behave, what it may put out, and what may become of a run."""

from abc import abstractmethod
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

MIN_CHOICES, MAX_CHOICES = 2, 6
MIN_THREAD_WORDS, MAX_THREAD_WORDS = 50, 100
MAX_TITLE_CHARS = 80
MAX_TOPIC_CHARS = 600
MAX_WHY_CHARS = 300
MAX_EVIDENCE = 8
MAX_REASON_CHARS = 500
PROPOSAL_TTL = timedelta(days=1)
"""How long a proposal waits for a moderator."""


@cache
def _known_zones() -> frozenset[str]:
    # Listing them reads hundreds of files, and settings are read several times a second.
    return frozenset(available_timezones())


class AgentMode(StrEnum):
    """Who decides whether what the agent wrote is posted. Stored by value."""

    OFF = "off"
    PROPOSE = "propose"
    """Moderators decide."""
    AUTONOMOUS = "autonomous"
    """It posts by itself."""


class Trigger(StrEnum):
    """Why a run was begun. Stored by value."""

    QUIET = "quiet"
    """Nobody had written for a while."""
    BOOST = "boost"
    """A moderator asked for it."""


class RunStatus(StrEnum):
    """How far a run is. Stored by value."""

    RUNNING = "running"
    WAITING = "waiting"
    """For a moderator."""
    DONE = "done"


class RunOutcome(StrEnum):
    """What a run ended with. Stored by value."""

    POSTED = "posted"
    SILENT = "silent"
    """The model chose to say nothing."""
    REJECTED = "rejected"
    EXPIRED = "expired"
    """Nobody decided about its proposal in time."""
    WITHDRAWN = "withdrawn"
    """A message that its proposal rests on changed or went."""
    STOPPED = "stopped"
    """It was turned off, in the room or everywhere."""
    IN_THE_WAY = "in_the_way"
    """By the time it wanted to speak people were talking, or its hours or budget were over."""
    NOT_ALLOWED = "not_allowed"
    """The room does not let it write."""
    UNAVAILABLE = "unavailable"
    """The model did not answer."""
    UNUSABLE = "unusable"
    """What the model answered could not be used, again and again."""
    OUT_OF_STEPS = "out_of_steps"
    OUT_OF_TOKENS = "out_of_tokens"
    LOST = "lost"
    """Its workers died, again and again."""
    FAILED = "failed"
    """It met a fault of ours."""


class OutputStatus(StrEnum):
    """What became of something that the agent wrote. Stored by value."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    """It is about to be posted."""
    POSTED = "posted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class AgentSettings(BaseModel):
    """How a room has its agent behave. Stored per room; what is not stored has these defaults."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mode: AgentMode = AgentMode.PROPOSE
    quiet_min: int = Field(default=180, ge=5, le=10_080)
    """Minutes without a message of a person after which a room is quiet."""
    pause_min: int = Field(default=360, ge=10, le=10_080)
    """Minutes between two runs while people answer to what it does; doubled when they do not."""
    from_hour: int = Field(default=8, ge=0, le=23)
    until_hour: int = Field(default=22, ge=1, le=24)
    """Hours of the day in `timezone` in which it may speak, the second not included."""
    timezone: str = "UTC"
    posts_per_day: int = Field(default=3, ge=1, le=50)
    """Outputs, proposed ones too, in 24 hours."""
    tokens_per_day: int = Field(default=40_000, ge=1_000, le=5_000_000)
    max_steps: int = Field(default=6, ge=1, le=20)
    """How often one run may ask the model."""
    max_tokens: int = Field(default=20_000, ge=1_000, le=500_000)
    """Of one run."""

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in _known_zones():
            raise ValueError("There is no such time zone.")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """Where its hours are counted."""
        return ZoneInfo(self.timezone)

    def is_active_at(self, hour: int) -> bool:
        """Whether it may speak in this hour of the day; the hours may go past midnight."""
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


class Draft(BaseModel):
    """What the agent would put into its room. Each kind is one of `IDEAS`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    word: ClassVar[str]
    """What one is called."""
    words: ClassVar[str]
    """What several are called."""
    why: str = ""
    """One sentence for the room: why this, and why now."""
    evidence: tuple[int, ...] = ()
    """Ids of the messages that it rests on."""

    @property
    @abstractmethod
    def text(self) -> str:
        """All its words."""


class PollIdea(Draft):
    """A poll, as the agent would open it."""

    word, words = "Poll", "Polls"
    kind: Literal["poll"] = "poll"
    question: str
    choices: tuple[str, ...]
    closes_in_hours: int = Field(default=24, ge=1, le=168)

    @property
    def text(self) -> str:
        """All its words."""
        return "\n".join([self.question, *self.choices])


class ThreadIdea(Draft):
    """A message that begins a thread."""

    word, words = "Thread", "Threads"
    kind: Literal["thread"] = "thread"
    body: str

    @property
    def text(self) -> str:
        """All its words."""
        return self.body


class TopicIdea(Draft):
    """Something to talk about, shown as a card until somebody starts it."""

    word, words = "Topic", "Topics"
    kind: Literal["topic"] = "topic"
    title: str
    body: str

    @property
    def text(self) -> str:
        """All its words."""
        return f"{self.title}\n{self.body}"


Idea = PollIdea | ThreadIdea | TopicIdea
TOPIC = "topic"
IDEAS: dict[str, type[Idea]] = {
    "poll": PollIdea,
    "thread": ThreadIdea,
    TOPIC: TopicIdea,
}
"""All that the agent may put into a room, by `kind`."""


def parse_idea(payload: Any) -> Idea:
    """What the agent wrote, as it was stored. Raises: pydantic.ValidationError, KeyError for a kind
    that there is none of."""
    return IDEAS[payload["kind"]].model_validate(payload)


class Verdict(BaseModel):
    """What was decided about a proposal, by a moderator or by itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_approved: bool
    outcome: RunOutcome = RunOutcome.REJECTED
    """What the run ends with if it is not approved."""
    reason: str = ""
