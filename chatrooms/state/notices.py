"""Notifications in words."""

from chatrooms.domain.moderation import Queue, SanctionAppealOutcome
from chatrooms.domain.notifications import FOR_MODERATORS, OF_MODERATION, Kind
from chatrooms.live.rows import iso, person_row
from chatrooms.services.bans import BAN, TIME_OUT
from chatrooms.services.moderation.log_filter import LogKind
from chatrooms.services.moderation.sanction_appeals import OwnSanction
from chatrooms.services.notifications import Told
from chatrooms.state.audit_address import path_of
from chatrooms.state.rows import NotificationRow, PersonRow

_WORDS = {
    Kind.MENTION: "Mention",
    Kind.REPLY: "Reply",
    Kind.UNANSWERED: "Assistant",
    Kind.THREAD_REPLY: "Thread",
    Kind.POLL_VOTES: "Poll",
    Kind.POLL_CLOSED: "Poll",
    Kind.JOIN_REQUEST: "Join request",
    Kind.JOIN_ACCEPTED: "Join request",
    Kind.JOIN_DECLINED: "Join request",
    Kind.INVITATION: "Invitation",
    Kind.ROLE_CHANGED: "Role",
    Kind.MODERATED: "Moderation",
    Kind.REPORT_DECIDED: "Report",
    Kind.APPEAL_DECIDED: "Appeal",
    Kind.SANCTIONED: "Moderation",
    Kind.UNSAFE: "Unsafe",
    Kind.AUTO_REMOVED: "Removed",
    Kind.APPEAL: "Appeal",
    Kind.SANCTION_APPEAL: "Appeal",
    Kind.AGENT_PROPOSAL: "Proposal",
}
_ONE = {
    Kind.MENTION: "{by} mentioned you in {room}",
    Kind.REPLY: "{by} replied to you in {room}",
    Kind.UNANSWERED: "The assistant could not answer you in {room}",
    Kind.THREAD_REPLY: "{by} replied in a thread in {room}",
    Kind.POLL_VOTES: "{by} voted in your poll in {room}",
    Kind.POLL_CLOSED: "A poll that you voted in has closed in {room}",
    Kind.JOIN_REQUEST: "{by} asks to join {room}",
    Kind.JOIN_ACCEPTED: "You were let into {room}",
    Kind.JOIN_DECLINED: "Your request to join {room} was declined",
    Kind.INVITATION: "{by} accepted your invitation to {room}",
    Kind.ROLE_CHANGED: "You are now {role} of {room}",
    Kind.MODERATED: "Your message in {room} {outcome}",
    Kind.REPORT_DECIDED: "Your report in {room} {outcome}",
    Kind.APPEAL_DECIDED: "Your appeal in {room}: {outcome}",
    Kind.SANCTIONED: "{outcome} {room}",
    Kind.UNSAFE: "A message in {room} may be unsafe",
    Kind.AUTO_REMOVED: "A message in {room} was removed automatically",
    Kind.APPEAL: "Somebody appeals against a removal in {room}",
    Kind.SANCTION_APPEAL: "Somebody appeals against a time-out or ban in {room}",
    Kind.AGENT_PROPOSAL: "The agent of {room} proposes something",
}
_MANY = {
    Kind.REPLY: "{count} new replies to you in {room}",
    Kind.THREAD_REPLY: "{count} new replies in a thread in {room}",
    Kind.POLL_VOTES: "{count} new votes in your poll in {room}",
    Kind.UNSAFE: "{count} messages in {room} may be unsafe",
    Kind.AUTO_REMOVED: "Messages in {room} were removed automatically",
    Kind.APPEAL: "{count} appeals against removals in {room}",
    Kind.SANCTION_APPEAL: "{count} appeals against time-outs and bans in {room}",
    Kind.AGENT_PROPOSAL: "The agent of {room} proposed something {count} times",
    Kind.INVITATION: "{count} people accepted your invitation to {room}",
}
_OUTCOMES = {
    "removed": "was removed by moderation",
    "review": "waits for a moderator",
    "restored": "is shown again",
    "kept": "was looked at: the message stays",
    "taken": "was looked at: the message was removed",
    "granted": "your message is shown again",
    "denied": "the removal stands",
    "deleted": "is closed: the author deleted the message",
    "account_deleted": "is closed: the author deleted their account, and their messages with it",
    "too_old": "is closed: the message became older than the room keeps messages",
    "time_out": "You were timed out in",
    "ban": "You were banned from",
    "lifted_time_out": "You may write again in",
    "lifted_ban": "You are no longer banned from",
    "granted_time_out": "Your appeal was granted: you may write again in",
    "granted_ban": "Your appeal was granted: you are no longer banned from",
    "upheld_time_out": "Your appeal was denied: you stay timed out in",
    "upheld_ban": "Your appeal was denied: you stay banned from",
}
"""What was decided, by the word that is stored of it."""
_OF_OUTCOME = OF_MODERATION - FOR_MODERATORS
_ROLES = {"owner": "an owner", "moderator": "a moderator", "member": "a member"}


def _duration(minutes: int) -> str:
    """A time-out's length in words, in its largest whole unit."""
    sizes = ((60 * 24, "day"), (60, "hour"), (1, "minute"))
    size, unit = next(each for each in sizes if minutes % each[0] == 0)
    count = minutes // size
    return f"{count} {unit}" + ("s" if count != 1 else "")


def _outcome(told: Told) -> tuple[str, str]:
    """What was decided, in words, and the reason that was given to the person it concerns."""
    word, _, rest = told.text.partition(":")
    minutes, _, reason = rest.partition(":")
    outcome = _OUTCOMES.get(word, "was looked at")
    if word == "time_out" and minutes.isdecimal():
        outcome = f"You were timed out for {_duration(int(minutes))} in"
    return outcome, reason


def title_of(told: Told) -> str:
    """What happened, in a sentence; what was counted together shares one."""
    pattern = _MANY.get(told.kind, _ONE[told.kind]) if told.count > 1 else _ONE[told.kind]
    return pattern.format(
        by=told.by.name if told.by else "Somebody",
        room=told.room_name,
        count=told.count,
        role=_ROLES.get(told.text, "a member"),
        outcome=_outcome(told)[0],
    )


def _path_of(told: Told) -> str:
    if told.kind is Kind.AUTO_REMOVED:
        return _removed_path(told)
    if told.kind in (Kind.APPEAL, Kind.SANCTION_APPEAL):
        return f"/moderation?queue={Queue.APPEALS.value}"
    if told.kind is Kind.AGENT_PROPOSAL:
        return f"/moderation?queue={Queue.PROPOSALS.value}"
    if told.kind in FOR_MODERATORS:
        return "/moderation"
    is_out = told.kind is Kind.SANCTIONED and told.text.startswith(("ban:", "upheld_ban:"))
    if not told.slug or is_out:
        return "/"
    if told.is_held:
        # It stands nowhere in the room: its author sees it below the newest message.
        return f"/rooms/{told.slug}" + (f"?thread={told.thread_id}" if told.thread_id else "")
    return f"/rooms/{told.slug}" + (f"?message={told.message_id}" if told.message_id else "")


def _removed_path(told: Told) -> str:
    """What was removed waits for nobody: it is in the log."""
    if told.count > 1:
        return path_of(room=told.slug, kind=LogKind.UNCHECKED_7.value)
    return path_of(message=str(told.message_id))


def _text(told: Told) -> str:
    if told.kind is Kind.SANCTIONED:
        return _outcome(told)[1]
    is_untold = told.kind in {Kind.ROLE_CHANGED, Kind.AUTO_REMOVED, *_OF_OUTCOME}
    return "" if is_untold else told.text


_SANCTIONS = {BAN: "ban", TIME_OUT: "time-out"}


def _answer(own: OwnSanction) -> str:
    """What became of an appeal, in the words in which one against a removal is told."""
    what, reason = _SANCTIONS[own.kind], f": {own.answer}" if own.answer else "."
    match own.outcome:
        case SanctionAppealOutcome.UPHELD:
            return f"You appealed. The {what} stands{reason}"
        case SanctionAppealOutcome.LIFTED:
            return f"You appealed. The {what} was lifted{reason}"
        case SanctionAppealOutcome.EXPIRED:
            return "You appealed. The time-out ended before anybody answered."
        case SanctionAppealOutcome.REPLACED:
            return "You appealed. Another time-out or ban took its place."
        case None:
            return "You appealed. A moderator will look at it." if own.is_appealed else ""


def notification_row(told: Told) -> NotificationRow:
    """A notification for the browser."""
    return NotificationRow(
        id=told.id,
        kind=told.kind.value,
        word=_WORDS[told.kind],
        title=title_of(told),
        text=_text(told),
        at=iso(told.at),
        is_read=told.is_read,
        by=person_row(told.by) if told.by else PersonRow(),
        path=_path_of(told),
        sanction_id=told.sanction.id if told.sanction else 0,
        can_appeal=told.sanction is not None and told.sanction.can_appeal,
        answer=_answer(told.sanction) if told.sanction else "",
    )
