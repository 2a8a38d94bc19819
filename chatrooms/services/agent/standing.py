"""How a room stands to its agent at this moment, in one question: a run asks it before each of its
steps, and twice a second while it waits for a model."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, select
from sqlmodel import col

from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Account, Room, RoomAgent, Switch
from chatrooms.domain.agent import AgentSettings
from chatrooms.services.agent.switch import AGENTS
from chatrooms.services.bans import is_banned, timed_out_until

_AGENT = bindparam("agent", type_=BigInteger())
# Written out once: putting it together takes longer than the database takes to answer it.
_STANDING = select(
    select(col(Switch.is_off)).where(col(Switch.name) == AGENTS).scalar_subquery().label("is_off"),
    col(Room.has_assistant),
    col(Room.archived_at),
    is_banned(room_id=col(Room.id), account_id=_AGENT).label("is_banned"),
    timed_out_until(room_id=col(Room.id), account_id=_AGENT).label("timed_out_until"),
    select(col(Account.deactivated_at))
    .where(col(Account.id) == _AGENT)
    .scalar_subquery()
    .label("deactivated_at"),
    select(col(RoomAgent.settings))
    .where(col(RoomAgent.room_id) == col(Room.id))
    .scalar_subquery()
    .label("settings"),
).where(col(Room.id) == bindparam("room"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether a room's agent may do anything."""

    are_stopped: bool
    """Whether an administrator stopped all agents."""
    has_assistant: bool
    """Whether a language model may read the room."""
    is_archived: bool
    may_write: bool
    """Whether nobody banned, timed out or deactivated the agent."""
    settings: AgentSettings


def read_standing(tx: Transaction, *, room_id: int, agent_id: int) -> Standing:
    """How the room stands to the account that its agent acts as."""
    row = tx.execute(_STANDING, {"room": room_id, "agent": agent_id}).one()
    may_not = row.is_banned or row.timed_out_until is not None or row.deactivated_at is not None
    return Standing(
        are_stopped=bool(row.is_off),
        has_assistant=row.has_assistant,
        is_archived=row.archived_at is not None,
        may_write=not may_not,
        settings=AgentSettings.model_validate(row.settings or {}),
    )
