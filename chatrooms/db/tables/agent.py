"""The room agent: how rooms have it behave, its runs with every step, and what it put out."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from chatrooms.db.columns import identifier, moment, reference


def _counter() -> Any:
    return Column(Integer, nullable=False, server_default="0")


def _words() -> Any:
    return Column(Text, nullable=False, server_default="")


class Switch(SQLModel, table=True):
    """Something that administrators turn off for the whole installation."""

    __tablename__ = "switches"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    is_off: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    changed_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    changed_at: datetime = Field(default=None, sa_column=moment(now=True))


class RoomAgent(SQLModel, table=True):
    """How a room has its agent behave. A room without a row has the defaults."""

    __tablename__ = "room_agents"

    room_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True)
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """`domain.agent.AgentSettings`, where it differs from the defaults."""
    look_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    """Nobody needs to look before then whether a run is due."""


class AgentRun(SQLModel, table=True):
    """One run in one room."""

    __tablename__ = "agent_runs"
    __table_args__ = (
        Index("agent_runs_live", "room_id", unique=True, postgresql_where=text("status <> 'done'")),
        Index("agent_runs_room", "room_id", "id"),
        Index("agent_runs_running", "lease_until", postgresql_where=text("status = 'running'")),
        Index("agent_runs_shown", "shown", postgresql_using="gin"),
    )

    id: int = Field(default=None, sa_column=identifier())
    room_id: int = Field(sa_column=reference("rooms.id"))
    trigger: str = Field(sa_column=Column(Text, nullable=False))
    by_id: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """Who asked for it, if somebody did."""
    settings: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}")
    )
    """The room's settings for its agent when the run was begun."""
    status: str = Field(
        default="running", sa_column=Column(Text, nullable=False, server_default="running")
    )
    outcome: str = Field(default="", sa_column=_words())
    reason: str = Field(default="", sa_column=_words())
    """Why it ended so, in a sentence."""
    model: str = Field(default="", sa_column=_words())
    tokens_in: int = Field(default=0, sa_column=_counter())
    tokens_out: int = Field(default=0, sa_column=_counter())
    attempt: int = Field(default=0, sa_column=_counter())
    """How many workers took it: what an earlier one still does is not taken."""
    lease_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    sent_at: datetime = Field(default=None, sa_column=moment(now=True))
    """When workers were last asked to carry it on."""
    begun_at: datetime = Field(sa_column=moment())
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    shown: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
    )
    """Ids of the messages that the model was shown, and of those behind what else it was shown."""
    is_erased: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    """Whether one of them is gone or says something else by now: no word of the run is kept."""


class AgentStep(SQLModel, table=True):
    """One step of a run."""

    __tablename__ = "agent_steps"
    __table_args__ = (PrimaryKeyConstraint("run_id", "n"),)

    run_id: int = Field(sa_column=reference("agent_runs.id"))
    n: int = Field(sa_column=Column(Integer, nullable=False))
    node: str = Field(sa_column=Column(Text, nullable=False))
    input_digest: str = Field(sa_column=Column(Text, nullable=False))
    """SHA-256 of what the node was given."""
    output: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """What the node changed of the run's state, without any word of a message; `{"erased": true}`
    for what a model wrote in a run that is erased."""
    outcome: str = Field(default="", sa_column=_words())
    """What the run ends with, if it ends there."""
    tokens_in: int = Field(default=0, sa_column=_counter())
    tokens_out: int = Field(default=0, sa_column=_counter())
    took_ms: int = Field(default=0, sa_column=_counter())
    created_at: datetime = Field(sa_column=moment())


class AgentOutput(SQLModel, table=True):
    """What a run wrote for its room, and what became of it. A run writes one at most."""

    __tablename__ = "agent_outputs"
    __table_args__ = (
        Index("agent_outputs_run", "run_id", unique=True),
        Index("agent_outputs_room", "room_id", "id"),
        Index(
            "agent_outputs_message",
            "message_id",
            unique=True,
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("agent_outputs_waiting", "room_id", postgresql_where=text("status = 'proposed'")),
    )

    id: int = Field(default=None, sa_column=identifier())
    run_id: int = Field(sa_column=reference("agent_runs.id"))
    room_id: int = Field(sa_column=reference("rooms.id"))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    idea: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """`domain.agent.Idea`, as a moderator left it."""
    is_edited: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )
    """Whether a moderator changed it."""
    evidence: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
    )
    """Ids of the messages that it rests on."""
    revisions: list[int] = Field(
        default_factory=list,
        sa_column=Column(ARRAY(Integer), nullable=False, server_default="{}"),
    )
    """Which text of each of them was read, in the order of `evidence`."""
    status: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(default="", sa_column=_words())
    """Why a moderator rejected it."""
    decided_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    message_id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, ForeignKey("messages.id", ondelete="SET NULL")),
    )
    """The message that shows it, once it is posted."""
    created_at: datetime = Field(sa_column=moment())
    posted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    started_by: int | None = Field(default=None, sa_column=reference("accounts.id", nullable=True))
    """Who started the topic, if it suggests one."""
