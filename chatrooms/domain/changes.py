"""How an event changes messages that are already there. Pure: no I/O, no clock."""

from collections.abc import Callable

from chatrooms.domain.events import (
    AnswerOutdated,
    Message,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageRestored,
    MessageWithheld,
    Named,
    PersonChanged,
    PinChanged,
    Poll,
    PollClosed,
    PollVoted,
    Quote,
    Reaction,
    ReactionsChanged,
    RoomEvent,
    ThreadSummary,
    TopicStarted,
    VoteChanged,
)
from chatrooms.domain.moderation import Withheld
from chatrooms.domain.text import excerpt

NOTHING: dict[str, object] = {
    "body": "",
    "mentions": (),
    "edited_at": None,
    "is_pinned": False,
    "score": 0,
    "reactions": (),
    "poll": None,
    "agent": None,
    "outdated": None,
    "attachments": (),
}
"""What a message shows of itself once its text is gone or withheld."""

Messages = tuple[Message, ...]
_Change = Callable[[Message], Message]
_Requote = Callable[[Quote], Quote]


def apply_to_messages(messages: Messages, event: RoomEvent) -> Messages:
    """Any stretch of the room's messages after an event that changes existing messages.

    An edit or a deletion also shows in quotes, a reply in the footer of its thread. What does not
    change stays the same object; other events change nothing.
    """
    match event:
        case MessagePosted(message=Message(thread_id=int(root)), thread=thread):
            return _with_thread(messages, root, thread)
        case MessageEdited():
            return _edited(messages, event)
        case MessageDeleted():
            kept = _deleted(messages, event)
            root = event.thread_id
            return kept if root is None else _with_thread(kept, root, event.thread)
        case MessageWithheld():
            return _withheld(messages, event)
        case MessageRestored():
            return _restored(messages, event)
        case VoteChanged():
            return _set(messages, event.message_id, score=event.score)
        case ReactionsChanged():
            return _set(messages, event.message_id, reactions=event.reactions)
        case PinChanged():
            return _set(messages, event.message_id, is_pinned=event.is_pinned)
        case PollVoted():
            return _set_poll(messages, event.message_id, tally=event.tally)
        case PollClosed():
            return _set_poll(messages, event.message_id, closed_at=event.closed_at)
        case TopicStarted():
            return _start_topic(messages, event)
        case AnswerOutdated():
            return _outdated(messages, event)
        case PersonChanged():
            return tuple(_renamed(message, event) for message in messages)
        case _:
            return messages


def _with_thread(messages: Messages, root: int, thread: ThreadSummary | None) -> Messages:
    return _set(messages, root, thread=thread)


def _edited(messages: Messages, event: MessageEdited) -> Messages:
    def change(message: Message) -> Message:
        said = {"body": event.body, "mentions": event.mentions, "edited_at": event.edited_at}
        return message.model_copy(update=said)

    def requote(quote: Quote) -> Quote:
        return quote.model_copy(update={"excerpt": excerpt(event.body)})

    return _change(messages, event.message_id, change, requote)


def _deleted(messages: Messages, event: MessageDeleted) -> Messages:
    gone = {**NOTHING, "is_deleted": True, "withheld": Withheld.NO}

    def change(message: Message) -> Message:
        return message.model_copy(update=gone)

    def requote(quote: Quote) -> Quote:
        return quote.model_copy(update={"excerpt": "", "is_deleted": True, "withheld": Withheld.NO})

    return _change(messages, event.message_id, change, requote)


def _withheld(messages: Messages, event: MessageWithheld) -> Messages:
    kept_back = {**NOTHING, "withheld": event.withheld}

    def change(message: Message) -> Message:
        return message.model_copy(update=kept_back)

    def requote(quote: Quote) -> Quote:
        return quote.model_copy(update={"excerpt": "", "withheld": event.withheld})

    return _change(messages, event.message_id, change, requote)


def _restored(messages: Messages, event: MessageRestored) -> Messages:
    restored = event.message

    def requote(quote: Quote) -> Quote:
        shown = {"excerpt": excerpt(restored.body), "withheld": Withheld.NO}
        return quote.model_copy(update=shown)

    return _change(messages, restored.id, lambda _withheld: restored, requote)


def _set(messages: Messages, message_id: int, **fields: object) -> Messages:
    return _change(messages, message_id, lambda message: message.model_copy(update=fields))


def _set_poll(messages: Messages, message_id: int, **fields: object) -> Messages:
    def change(message: Message) -> Message:
        if message.poll is None:
            return message
        poll: Poll = message.poll.model_copy(update=fields)
        return message.model_copy(update={"poll": poll})

    return _change(messages, message_id, change)


def _start_topic(messages: Messages, event: TopicStarted) -> Messages:
    def change(message: Message) -> Message:
        if message.agent is None:
            return message
        note = message.agent.model_copy(update={"started_by": event.by})
        return message.model_copy(update={"agent": note})

    return _change(messages, event.message_id, change)


def _outdated(messages: Messages, event: AnswerOutdated) -> Messages:
    def change(message: Message) -> Message:
        if message.is_deleted or message.withheld:
            return message
        return message.model_copy(update={"outdated": event.outdated})

    return _change(messages, event.message_id, change)


def _change(
    messages: Messages, message_id: int, change: _Change, requote: _Requote | None = None
) -> Messages:
    def one(message: Message) -> Message:
        if message.id == message_id:
            return change(message)
        if requote and message.quote is not None and message.quote.id == message_id:
            return message.model_copy(update={"quote": requote(message.quote)})
        return message

    return tuple(one(message) for message in messages)


def _renamed(message: Message, event: PersonChanged) -> Message:
    person = event.person
    changed: dict[str, object] = {}
    if message.author.id == person.id:
        changed["author"] = person
    if message.quote is not None and message.quote.author_id == person.id:
        changed["quote"] = message.quote.model_copy(update={"author_name": person.name})
    if message.thread is not None:
        faces = tuple(person if face.id == person.id else face for face in message.thread.faces)
        changed["thread"] = message.thread.model_copy(update={"faces": faces})
    if message.reactions:
        changed["reactions"] = tuple(_in_reaction(r, event) for r in message.reactions)
    if message.poll is not None:
        changed["poll"] = _in_poll(message.poll, event)
    if message.agent is not None and message.agent.started_by is not None:
        (by,) = _in_names((message.agent.started_by,), event)
        changed["agent"] = message.agent.model_copy(update={"started_by": by})
    is_same = all(getattr(message, name) == value for name, value in changed.items())
    return message if is_same else message.model_copy(update=changed)


def _in_reaction(reaction: Reaction, event: PersonChanged) -> Reaction:
    return reaction.model_copy(update={"first": _in_names(reaction.first, event)})


def _in_poll(poll: Poll, event: PersonChanged) -> Poll:
    voters = tuple(_in_names(names, event) for names in poll.tally.voters)
    return poll.model_copy(update={"tally": poll.tally.model_copy(update={"voters": voters})})


def _in_names(names: tuple[Named, ...], event: PersonChanged) -> tuple[Named, ...]:
    renamed = Named(id=event.person.id, name=event.person.name)
    return tuple(renamed if each.id == renamed.id else each for each in names)
