"""What can happen in a room, as it is stored in `room_events` and sent between processes."""

from chatrooms.domain.events.agent import AgentNote, TopicStarted
from chatrooms.domain.events.assistant import AnswerOutdated, Outdated
from chatrooms.domain.events.log import RoomEvent, Sequenced, parse_event
from chatrooms.domain.events.marks import (
    MAX_NAMED,
    Poll,
    PollClosed,
    PollVoted,
    Reaction,
    ReactionsChanged,
    Tally,
    VoteChanged,
)
from chatrooms.domain.events.messages import (
    Attachment,
    Message,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Quote,
    ThreadSummary,
)
from chatrooms.domain.events.moderation import MessageRestored, MessageWithheld, PinChanged
from chatrooms.domain.events.people import Being, Named, Person, PersonChanged
from chatrooms.domain.events.rooms import (
    MemberJoined,
    MemberLeft,
    RoleChanged,
    RoomChanged,
    RoomFacts,
)

__all__ = [
    "MAX_NAMED",
    "AgentNote",
    "AnswerOutdated",
    "Attachment",
    "Being",
    "MemberJoined",
    "MemberLeft",
    "Message",
    "MessageDeleted",
    "MessageEdited",
    "MessagePosted",
    "MessageRestored",
    "MessageWithheld",
    "Named",
    "Outdated",
    "Person",
    "PersonChanged",
    "PinChanged",
    "Poll",
    "PollClosed",
    "PollVoted",
    "Quote",
    "Reaction",
    "ReactionsChanged",
    "RoleChanged",
    "RoomChanged",
    "RoomEvent",
    "RoomFacts",
    "Sequenced",
    "Tally",
    "ThreadSummary",
    "TopicStarted",
    "VoteChanged",
    "parse_event",
]
