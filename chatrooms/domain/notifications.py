"""What people are notified of."""

from enum import StrEnum


class Kind(StrEnum):
    """What a notification is about. Stored by value."""

    MENTION = "mention"
    REPLY = "reply"
    """Somebody quoted my message or replied in the thread of it."""
    UNANSWERED = "unanswered"
    """I called the assistant and it could not answer."""
    THREAD_REPLY = "thread_reply"
    """Somebody replied in a thread that I follow."""
    POLL_VOTES = "poll_votes"
    POLL_CLOSED = "poll_closed"
    JOIN_REQUEST = "join_request"
    JOIN_ACCEPTED = "join_accepted"
    JOIN_DECLINED = "join_declined"
    INVITATION = "invitation"
    ROLE_CHANGED = "role_changed"
    MODERATED = "moderated"
    """Moderation decided about a message of mine."""
    REPORT_DECIDED = "report_decided"
    APPEAL_DECIDED = "appeal_decided"
    SANCTIONED = "sanctioned"
    """I was timed out or banned, that was lifted, or my appeal against it was denied."""
    UNSAFE = "unsafe"
    """For moderators: something waits that the model or a person found unsafe."""
    AUTO_REMOVED = "auto_removed"
    """For moderators: model or rules removed a message, about which nothing waits."""
    APPEAL = "appeal"
    """For moderators: an author objects to a removal."""
    SANCTION_APPEAL = "sanction_appeal"
    """For moderators: somebody objects to a time-out or ban."""
    AGENT_PROPOSAL = "agent_proposal"
    """For moderators: the room's agent proposes something."""


FOR_MODERATORS = frozenset(
    {
        Kind.UNSAFE,
        Kind.AUTO_REMOVED,
        Kind.APPEAL,
        Kind.SANCTION_APPEAL,
        Kind.AGENT_PROPOSAL,
    }
)
OF_MODERATION = FOR_MODERATORS | {
    Kind.MODERATED,
    Kind.REPORT_DECIDED,
    Kind.APPEAL_DECIDED,
    Kind.SANCTIONED,
}
"""Told also of messages whose text nobody sees any more."""
OF_ONESELF = (
    frozenset(
        {
            Kind.JOIN_ACCEPTED,
            Kind.JOIN_DECLINED,
            Kind.INVITATION,
            Kind.ROLE_CHANGED,
            Kind.UNANSWERED,
        }
    )
    | OF_MODERATION - FOR_MODERATORS
)
"""About one's own standing in a room, or what one asked there. Told also to those
who want to hear nothing of the room."""
OUTLIVE_MEMBERSHIP = frozenset({Kind.JOIN_DECLINED, Kind.SANCTIONED})
"""Told to people who are outside of the room: these name it to those who asked for it by name."""


class Notify(StrEnum):
    """How much of a room a member wants to hear. Stored by value."""

    ALL = "all"
    MENTIONS = "mentions"
    NOTHING = "nothing"
