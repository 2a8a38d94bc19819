"""Notifications in words."""

from chatrooms.domain.notifications import Kind
from chatrooms.live.rows import iso, person_row
from chatrooms.services.notifications import Told
from chatrooms.state.rows import NotificationRow, PersonRow

_WORDS = {
    Kind.MENTION: "Mention",
    Kind.REPLY: "Reply",
    Kind.THREAD_REPLY: "Thread",
    Kind.POLL_VOTES: "Poll",
    Kind.POLL_CLOSED: "Poll",
    Kind.JOIN_REQUEST: "Join request",
    Kind.JOIN_ACCEPTED: "Join request",
    Kind.JOIN_DECLINED: "Join request",
    Kind.INVITATION: "Invitation",
    Kind.ROLE_CHANGED: "Role",
}
_ONE = {
    Kind.MENTION: "{by} mentioned you in {room}",
    Kind.REPLY: "{by} replied to you in {room}",
    Kind.THREAD_REPLY: "{by} replied in a thread in {room}",
    Kind.POLL_VOTES: "{by} voted in your poll in {room}",
    Kind.POLL_CLOSED: "A poll that you voted in has closed in {room}",
    Kind.JOIN_REQUEST: "{by} asks to join {room}",
    Kind.JOIN_ACCEPTED: "You were let into {room}",
    Kind.JOIN_DECLINED: "Your request to join {room} was declined",
    Kind.INVITATION: "{by} accepted your invitation to {room}",
    Kind.ROLE_CHANGED: "You are now {role} of {room}",
}
_MANY = {
    Kind.REPLY: "{count} new replies to you in {room}",
    Kind.THREAD_REPLY: "{count} new replies in a thread in {room}",
    Kind.POLL_VOTES: "{count} new votes in your poll in {room}",
    Kind.INVITATION: "{count} people accepted your invitation to {room}",
}
_ROLES = {"owner": "an owner", "moderator": "a moderator", "member": "a member"}


def title_of(told: Told) -> str:
    """What happened, in a sentence; what was counted together shares one."""
    pattern = _MANY.get(told.kind, _ONE[told.kind]) if told.count > 1 else _ONE[told.kind]
    return pattern.format(
        by=told.by.name if told.by else "Somebody",
        room=told.room_name,
        count=told.count,
        role=_ROLES.get(told.text, "a member"),
    )


def _path_of(told: Told) -> str:
    if not told.slug:
        return "/"
    return f"/rooms/{told.slug}" + (f"?message={told.message_id}" if told.message_id else "")


def notification_row(told: Told) -> NotificationRow:
    """A notification for the browser."""
    return NotificationRow(
        id=told.id,
        kind=told.kind.value,
        word=_WORDS[told.kind],
        title=title_of(told),
        text="" if told.kind is Kind.ROLE_CHANGED else told.text,
        at=iso(told.at),
        is_read=told.is_read,
        by=person_row(told.by) if told.by else PersonRow(),
        path=_path_of(told),
    )
