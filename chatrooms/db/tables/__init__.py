"""The tables. PostgreSQL is the truth; only services read and write them.

Times are UTC with time zone. Secrets (session ids, tickets, invitation tokens) are stored as
SHA-256, so a copy of the database opens no door.
"""

from typing import cast

from sqlalchemy import Table
from sqlmodel import SQLModel

from chatrooms.db.tables.accounts import Account, Session, Ticket
from chatrooms.db.tables.agent import AgentOutput, AgentRun, AgentStep, RoomAgent, Switch
from chatrooms.db.tables.assistant import AssistantTurn
from chatrooms.db.tables.assistant_use import ModelUse
from chatrooms.db.tables.corrections import CorrectionRow
from chatrooms.db.tables.discover import RoomActivity, Topic
from chatrooms.db.tables.index import IndexRequest, IndexRun
from chatrooms.db.tables.marks import PollRow, PollVote, ReactionRow, Vote
from chatrooms.db.tables.memory import (
    LateMessage,
    RoomMemory,
    Summary,
    SummarySentence,
    SummarySource,
)
from chatrooms.db.tables.messages import AttachmentRow, Message, MessageEdit
from chatrooms.db.tables.moderation import (
    AppealRow,
    AuditRow,
    CaseRow,
    ReportRow,
    RuleRow,
    SummaryRequest,
    VerdictRow,
)
from chatrooms.db.tables.own import Draft, Notification, SavedMessage, ThreadDraft, ThreadFollow
from chatrooms.db.tables.persons import DataExport, Deletion
from chatrooms.db.tables.recommending import (
    DeclinedRoom,
    Interest,
    Recommendation,
    RecommendationRequest,
)
from chatrooms.db.tables.rooms import Invitation, JoinRequest, Membership, Room, RoomEventRow
from chatrooms.db.tables.sanctions import SanctionAppealRow, SanctionRow
from chatrooms.db.tables.visits import Visit

__all__ = [
    "Account",
    "AgentOutput",
    "AgentRun",
    "AgentStep",
    "AppealRow",
    "AssistantTurn",
    "AttachmentRow",
    "AuditRow",
    "CaseRow",
    "CorrectionRow",
    "DataExport",
    "DeclinedRoom",
    "Deletion",
    "Draft",
    "IndexRequest",
    "IndexRun",
    "Interest",
    "Invitation",
    "JoinRequest",
    "LateMessage",
    "Membership",
    "Message",
    "MessageEdit",
    "ModelUse",
    "Notification",
    "PollRow",
    "PollVote",
    "ReactionRow",
    "Recommendation",
    "RecommendationRequest",
    "ReportRow",
    "Room",
    "RoomActivity",
    "RoomAgent",
    "RoomEventRow",
    "RoomMemory",
    "RuleRow",
    "SQLModel",
    "SanctionAppealRow",
    "SanctionRow",
    "SavedMessage",
    "Session",
    "Summary",
    "SummaryRequest",
    "SummarySentence",
    "SummarySource",
    "Switch",
    "ThreadDraft",
    "ThreadFollow",
    "Ticket",
    "Topic",
    "VerdictRow",
    "Visit",
    "Vote",
    "table_of",
]


def table_of(model: type[SQLModel]) -> Table:
    """The plain table of a model: statements on it skip the object mapper, on the hot paths."""
    return cast(Table, vars(model)["__table__"])
