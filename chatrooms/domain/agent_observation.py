"""What a run of the room agent knows of its room."""

from pydantic import BaseModel, ConfigDict, Field


class SeenMessage(BaseModel):
    """A message as the agent sees it."""

    model_config = ConfigDict(frozen=True)

    id: int
    revision: int
    author: str = ""
    text: str = ""
    at: str = ""
    """When it was sent, ISO 8601."""
    reply_to: int | None = None
    """Id of the message that it quotes."""
    thread: int | None = None
    """Id of the message whose thread it is in."""


class SeenPoll(BaseModel):
    """An open poll of the room."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    """Of its message."""
    question: str = ""
    choices: tuple[str, ...] = ()


class SeenOutput(BaseModel):
    """Something that the agent put out before, and what it led to."""

    model_config = ConfigDict(frozen=True)

    kind: str
    """Of `agent.IDEAS`."""
    text: str = ""
    at: str
    outcome: str
    reason: str = ""
    """Why a moderator rejected it."""
    replies: int = 0
    votes: int = 0
    """Votes in its poll, votes on the message and reactions to it."""


class SeenSentence(BaseModel):
    """A sentence of the room's summary."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    ids: tuple[int, ...]


class Observation(BaseModel):
    """All that a run knows of its room."""

    model_config = ConfigDict(frozen=True)

    room: str
    slug: str
    topic: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    quiet_min: int = 0
    """Minutes since a person wrote last."""
    summary: tuple[SeenSentence, ...] = ()
    messages: tuple[SeenMessage, ...] = ()
    """The oldest first."""
    polls: tuple[SeenPoll, ...] = ()
    outputs: tuple[SeenOutput, ...] = ()
    """The newest first."""
    revisions: dict[int, int] = Field(default_factory=dict[int, int])
    """Which text of each message of the summary was read; those of `messages` say it themselves."""

    def revision_of(self, ids: tuple[int, ...]) -> dict[int, int]:
        """Which text of these messages was read, by id."""
        known = self.revisions | {each.id: each.revision for each in self.messages}
        return {id_: known[id_] for id_ in ids if id_ in known}
