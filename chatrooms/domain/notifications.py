"""What people are notified of."""

from enum import StrEnum


class Kind(StrEnum):
    """What a notification is about. Stored by value."""

    MENTION = "mention"
    REPLY = "reply"
    """Somebody quoted my message or replied in the thread of it."""
    THREAD_REPLY = "thread_reply"
    """Somebody replied in a thread that I follow."""
    POLL_VOTES = "poll_votes"
    POLL_CLOSED = "poll_closed"
    JOIN_REQUEST = "join_request"
    JOIN_ACCEPTED = "join_accepted"
    JOIN_DECLINED = "join_declined"
    INVITATION = "invitation"
    ROLE_CHANGED = "role_changed"
