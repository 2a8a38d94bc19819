"""What a person may be told when something cannot be done.

Every error that reaches a person is a `ChatError` with a stable `code` and a sentence of its own.
Services raise them, states let them pass, one place turns them into words on the page.
"""

from collections.abc import Iterator
from typing import ClassVar


class ChatError(Exception):
    """Something a person asked for cannot be done; `str(error)` says why."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = "That did not work."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class NotSignedIn(ChatError):
    """The session is missing, ended, expired, or belongs to a deactivated account."""

    code = "not_signed_in"
    sentence = "Please sign in again."


class SignInRefused(ChatError):
    """Name and password do not fit together; the same for unknown names."""

    code = "sign_in_refused"
    sentence = "That name and password do not match."


class RateLimited(ChatError):
    """Too many of something in too short a time."""

    code = "rate_limited"
    sentence = "That was a lot in a short time. Please wait a moment."


class InvalidInput(ChatError):
    """The input breaks a rule that the sentence names."""

    code = "invalid_input"
    sentence = "That input cannot be used."


class AlreadyTaken(ChatError):
    """Somebody else has this user name or e-mail address."""

    code = "already_taken"
    sentence = "That is already taken."


class RoomUnavailable(ChatError):
    """The room does not exist, or the actor may not know that it does."""

    code = "room_unavailable"
    sentence = "This room does not exist, or you do not have access to it."


class MessageUnavailable(ChatError):
    """The message does not exist in this room, or the actor may not see it."""

    code = "message_unavailable"
    sentence = "This message does not exist, or you do not have access to it."


class RuleUnavailable(ChatError):
    """The moderation rule does not exist in this room, or is the whole site's."""

    code = "rule_unavailable"
    sentence = "This rule does not exist any more."


class TopicUnavailable(ChatError):
    """The topic is not in the tree."""

    code = "topic_unavailable"
    sentence = "This topic does not exist any more."


class CaseUnavailable(ChatError):
    """The case does not exist, or the actor does not moderate its room."""

    code = "case_unavailable"
    sentence = "This case does not exist, or you do not moderate its room."


class SanctionUnavailable(ChatError):
    """The time-out or ban does not exist, or is not the actor's own."""

    code = "sanction_unavailable"
    sentence = "This time-out or ban does not exist."


class CaseDecided(ChatError):
    """The case waits for nobody any more: somebody else was faster, or its message is gone."""

    code = "case_decided"
    sentence = "This was decided already."


class PollEnded(ChatError):
    """The poll takes no more votes."""

    code = "poll_ended"
    sentence = "This poll is closed."


class FileUnavailable(ChatError):
    """The file does not exist, or the actor may not see it."""

    code = "file_unavailable"
    sentence = "This file does not exist, or you do not have access to it."


class FileTooLarge(ChatError):
    """The file is larger than this installation takes."""

    code = "file_too_large"
    sentence = "This file is too large."


class AccountUnavailable(ChatError):
    """The account does not exist, is deactivated, or is not in this room."""

    code = "account_unavailable"
    sentence = "This account does not exist or is not in this room."


class NotAllowed(ChatError):
    """The actor sees the thing but may not do this to it."""

    code = "not_allowed"
    sentence = "You are not allowed to do that here."


class TimedOut(NotAllowed):
    """The actor may read the room and write again when the time-out is over."""

    code = "timed_out"
    sentence = "You are timed out in this room. You can read, and write again later."


class Banned(NotAllowed):
    """The account is banned from the room."""

    code = "banned"
    sentence = "Who is banned from a room cannot join it."


class RoomArchived(ChatError):
    """The room is archived: it can be read and nothing else."""

    code = "room_archived"
    sentence = "This room is archived. It can be read but not changed."


class LastOwner(ChatError):
    """The change would leave the room without an owner."""

    code = "last_owner"
    sentence = "A room needs an owner. Make somebody else an owner first."


class InvitationUnavailable(ChatError):
    """The invitation link is unknown, expired or revoked."""

    code = "invitation_unavailable"
    sentence = "This invitation link has expired or was revoked."


class ServiceUnavailable(ChatError):
    """A server that is needed for this does not answer; nothing was changed."""

    code = "service_unavailable"
    sentence = "The server cannot do this right now. Please try again in a moment."


class SearchTooBroad(ChatError):
    """Answering would take too long; nothing else is wrong with the question."""

    code = "search_too_broad"
    sentence = "That search took too long. Add a word, or an operator such as in: or after:."


class AssistantUnavailable(ChatError):
    """The language model does not answer, or refuses to for now."""

    code = "assistant_unavailable"
    sentence = "The assistant is unavailable at the moment. Please try again in a while."


class AnswerCutOff(ChatError):
    """The language model stopped in the middle of what it was writing."""

    code = "answer_cut_off"
    sentence = "The answer was cut off. Try again for a whole one."


class AnswerUnusable(ChatError):
    """What the language model wrote cannot be read as what it was asked for."""

    code = "answer_unusable"
    sentence = "The assistant gave an answer that cannot be used. Please try again."


class TurnUnavailable(ChatError):
    """The answer does not exist, or somebody else asked for it."""

    code = "turn_unavailable"
    sentence = "This answer does not exist any more."


class StillAnswering(ChatError):
    """The assistant writes something else for this person in this room."""

    code = "still_answering"
    sentence = "The assistant is still answering. Stop it or wait until it is done."


class VectorsUnavailable(ServiceUnavailable):
    """The index of meaning does not answer; what it should learn of waits."""

    code = "vectors_unavailable"
    sentence = "Searching by meaning is not possible at the moment. Please try again in a while."


class AssistantOff(ChatError):
    """The room's owners do not let a language model read it."""

    code = "assistant_off"
    sentence = "The assistant is turned off in this room."


class AgentOff(ChatError):
    """The room's owners, or an administrator, turned the agent off."""

    code = "agent_off"
    sentence = "The agent is turned off in this room."


class AgentBusy(ChatError):
    """A run of the room's agent is not over, or its proposal waits."""

    code = "agent_busy"
    sentence = "The agent is at work here already, or a proposal of it waits to be decided."


class RunUnavailable(ChatError):
    """There is no such run of an agent, or the actor may not see it."""

    code = "run_unavailable"
    sentence = "This run does not exist, or you do not moderate its room."


class ProposalUnavailable(ChatError):
    """The proposal does not exist, or the actor does not moderate its room."""

    code = "proposal_unavailable"
    sentence = "This proposal does not exist."


class ProposalDecided(ChatError):
    """Somebody else decided, or it waits no more."""

    code = "proposal_decided"
    sentence = "This proposal waits no more."


class SourcesChanged(ChatError):
    """A message that an answer may rest on was edited or taken away while it was written."""

    code = "sources_changed"
    sentence = "A message that the answer rests on was changed meanwhile. Please ask again."


class TooLongAgo(InvalidInput):
    """The moment to catch up from lies further back than the assistant looks."""

    code = "too_long_ago"
    sentence = "That is too long ago to catch up on."


class AssistantLimit(RateLimited):
    """The person or the room used the assistant as much as it may be used for now."""

    code = "assistant_limit"
    sentence = "The assistant was used as much as it may be in an hour. Please try again later."


def every_error(kind: type[ChatError] = ChatError) -> Iterator[type[ChatError]]:
    """All kinds of errors that a person may be told of."""
    yield kind
    for each in kind.__subclasses__():
        yield from every_error(each)
