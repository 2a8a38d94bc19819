"""The shapes that the browser receives: small frozen values, nothing that others may not see."""

from dataclasses import dataclass, field

from chatrooms.live.message_rows import (
    AgentNoteRow,
    ChoiceRow,
    FileRow,
    MessageRow,
    PollRow,
    ReactionRow,
    ThreadRow,
)
from chatrooms.live.rows import PersonRow, RoomRow
from chatrooms.live.written import WrittenRow
from chatrooms.state.agent_record_rows import EffectRow, RecordedRunRow, StepRow
from chatrooms.state.agent_rows import AgentSettingsRow, ProposalRow, RunRow
from chatrooms.state.assistant_rows import SourceRow, TurnRow
from chatrooms.state.audit_rows import LogFilterRow, LogRow, OptionRow, PresetRow
from chatrooms.state.desk_rows import (
    CaseInFullRow,
    CaseRow,
    ChoiceTextRow,
    DeskRoomRow,
    EntryRow,
    QueueRow,
    RecordRow,
    SaidRow,
    SanctionCaseRow,
    SegmentRow,
)
from chatrooms.state.found_rows import HitRow, PlaceRow, TopRow
from chatrooms.state.membership_rows import (
    InvitationRow,
    JoinRequestRow,
    MemberRow,
    RightsRow,
    SanctionRow,
)
from chatrooms.state.model_use_rows import CostRow, IndexRow, ModelRow
from chatrooms.state.notice_rows import NotificationRow
from chatrooms.state.policy_rows import (
    ChangedRow,
    DayRow,
    MeasureRow,
    OutcomeRow,
    PolicyRow,
    RuleRow,
    TrainingRow,
)
from chatrooms.state.recommended_rows import RecommendedRow, SubjectRow
from chatrooms.state.site_rows import SiteRow, TaskRow, TimingRow, WaitingRow
from chatrooms.state.statistics_rows import (
    BestRow,
    HeatCellRow,
    HeatRow,
    StatisticsRow,
    TalkerRow,
    TotalsRow,
)
from chatrooms.state.topic_rows import PublicRoomRow, TagRow, TopicRow

__all__ = [
    "AccountRow",
    "AgentNoteRow",
    "AgentSettingsRow",
    "BestRow",
    "CaseInFullRow",
    "CaseRow",
    "ChangedRow",
    "ChoiceRow",
    "ChoiceTextRow",
    "CostRow",
    "DayRow",
    "DeskRoomRow",
    "DraftRow",
    "EffectRow",
    "EmojiRow",
    "EntryRow",
    "FileRow",
    "HeatCellRow",
    "HeatRow",
    "HitRow",
    "IndexRow",
    "InvitationRow",
    "JoinRequestRow",
    "LogFilterRow",
    "LogRow",
    "MeasureRow",
    "MemberRow",
    "MessageLinkRow",
    "MessageRow",
    "ModelRow",
    "NotificationRow",
    "OptionRow",
    "OutcomeRow",
    "PersonRow",
    "PlaceRow",
    "PolicyRow",
    "PollRow",
    "PresetRow",
    "ProfileRow",
    "ProposalRow",
    "PublicRoomRow",
    "QueueRow",
    "ReactionRow",
    "RecommendedRow",
    "RecordRow",
    "RecordedRunRow",
    "RefusedRow",
    "RightsRow",
    "RoomLink",
    "RoomRow",
    "RuleRow",
    "RunRow",
    "SaidRow",
    "SanctionCaseRow",
    "SanctionRow",
    "SegmentRow",
    "SessionRow",
    "SiteRow",
    "SourceRow",
    "StandingRow",
    "StatisticsRow",
    "StepRow",
    "SubjectRow",
    "TagRow",
    "TalkerRow",
    "TaskRow",
    "ThreadLinkRow",
    "ThreadRow",
    "TimingRow",
    "TopRow",
    "TopicRow",
    "TotalsRow",
    "TrainingRow",
    "TurnRow",
    "WaitingRow",
    "WrittenRow",
]


@dataclass(frozen=True, slots=True)
class EmojiRow:
    """An emoji that the menu offers."""

    symbol: str = ""
    shortcode: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What the server keeps of one text box, and since when; "never" if it keeps nothing."""

    place: str = ""
    """The room's id, or the room's and the thread's with a hyphen between."""
    body: str = ""
    saved_at: str = ""


@dataclass(frozen=True, slots=True)
class RoomLink:
    """A room in the side bar."""

    id: int = 0
    slug: str = ""
    name: str = ""
    is_private: bool = False
    is_archived: bool = False
    notify: str = "mentions"
    topic: str = ""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """What everybody may know of somebody."""

    person: PersonRow = field(default_factory=PersonRow)
    bio: str = ""
    created_at: str = ""
    last_seen_at: str = ""
    is_online: bool = False
    is_me: bool = False
    rooms: list[RoomLink] = field(default_factory=list[RoomLink])
    """Rooms in which both are members."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A place where the person is signed in."""

    id: int = 0
    device: str = ""
    address: str = ""
    created_at: str = ""
    last_seen_at: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account on the administrator's page."""

    person: PersonRow = field(default_factory=PersonRow)
    created_at: str = ""
    is_admin: bool = False
    is_active: bool = True
    is_me: bool = False


@dataclass(frozen=True, slots=True)
class MessageLinkRow:
    """A message in a list outside the timeline, such as pins."""

    id: int = 0
    room_id: int = 0
    room_slug: str = ""
    room_name: str = ""
    author: PersonRow = field(default_factory=PersonRow)
    text: str = ""
    sent_at: str = ""


@dataclass(frozen=True, slots=True)
class ThreadLinkRow:
    """A thread in the list of those that the person follows."""

    id: int = 0
    room_id: int = 0
    room_slug: str = ""
    room_name: str = ""
    author: str = ""
    text: str = ""
    thread: ThreadRow = field(default_factory=ThreadRow)
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A message that was not stored, and why; without a reason, one that was stored long ago."""

    client_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StandingRow:
    """An own message that others do not see, and why."""

    message_id: int = 0
    client_id: str = ""
    thread_id: int = 0
    body: str = ""
    segments: list[SegmentRow] = field(default_factory=list[SegmentRow])
    """The text with what was found wrong marked."""
    choices: list[ChoiceTextRow] = field(default_factory=list[ChoiceTextRow])
    """Those of its poll, if it has one."""
    files: list[FileRow] = field(default_factory=list[FileRow])
    sent_at: str = ""
    is_held: bool = False
    """Whether it has no place in the room yet and stands below the newest message."""
    position: int = 0
    """The place that it took meanwhile: it stands there as soon as the room shows that."""
    is_first: bool = False
    """Whether it is the first below the newest message."""
    is_head: bool = True
    is_edit: bool = False
    """Whether it is what a message of the room was changed to, while others see what it said."""
    is_checking: bool = False
    status: str = ""
    why: str = ""
    answer: str = ""
    """What came of an appeal, in a sentence."""
    can_appeal: bool = False
