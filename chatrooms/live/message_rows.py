"""The shapes in which messages reach the browser, and how they are made from views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from chatrooms.domain.agent import TOPIC
from chatrooms.domain.events import (
    AgentNote,
    Attachment,
    Message,
    Outdated,
    Poll,
    Quote,
    ThreadSummary,
)
from chatrooms.domain.moderation import Withheld
from chatrooms.domain.published import without_sources
from chatrooms.live.rows import PersonRow, iso, names, person_row
from chatrooms.services.emojis import emoji_name

_PICTURE_WIDTH, _PICTURE_HEIGHT, _PICTURE_MIN = 360, 280, 40
"""The box, in pixels, into which a picture of the timeline is fitted."""
FILES_ALONE = "Attached files"
"""Stands where the text of a message without text would be quoted."""
WITHHELD = {
    Withheld.NO: "",
    Withheld.REMOVED: "Removed by moderation",
    Withheld.REVIEW: "Waits for a moderator",
}
"""What stands in place of a text that moderation keeps back."""
GROUP_GAP = timedelta(minutes=5)
"""Messages of one author stand together while no two neighbours are further apart."""


@dataclass(frozen=True, slots=True)
class ReactionRow:
    """One emoji under a message."""

    emoji: str = ""
    count: int = 0
    people: str = ""
    """Who reacted, in words."""
    name: str = ""
    """The emoji in words."""


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One choice of a poll."""

    index: int = 0
    text: str = ""
    count: int = 0
    percent: int = 0
    """Of the people who voted."""
    people: str = ""


@dataclass(frozen=True, slots=True)
class PollRow:
    """A poll as everybody sees it."""

    question: str = ""
    choices: list[ChoiceRow] = field(default_factory=list[ChoiceRow])
    is_multiple: bool = False
    is_anonymous: bool = False
    closes_at: str = ""
    is_closed: bool = False
    voter_count: int = 0


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """The footer of a message whose thread has replies."""

    count: int = 0
    last_at: str = ""
    last_position: int = 0
    faces: list[PersonRow] = field(default_factory=list[PersonRow])


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a message."""

    url: str = ""
    name: str = ""
    size: str = ""
    """In words, such as 1.2 MB."""
    is_picture: bool = False
    width: int = 0
    """Of a picture as the timeline shows it, in pixels: its place is kept before it comes."""
    height: int = 0


@dataclass(frozen=True, slots=True)
class AgentNoteRow:
    """What the room's agent says about a message of its own."""

    why: str = ""
    sources: list[int] = field(default_factory=list[int])
    is_topic: bool = False
    started_by: str = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message of the timeline."""

    id: int = 0
    position: int = 0
    client_id: str = ""
    author: PersonRow = field(default_factory=PersonRow)
    body: str = ""
    mentions: str = ""
    """User names, in lower case with blanks between them, that the text means."""
    sent_at: str = ""
    """ISO 8601 in UTC; the browser shows it in the reader's time zone."""
    is_edited: bool = False
    is_deleted: bool = False
    withheld: str = ""
    """Why moderation keeps its text back, in words; empty if it does not."""
    is_pinned: bool = False
    score: int = 0
    reactions: list[ReactionRow] = field(default_factory=list[ReactionRow])
    polls: list[PollRow] = field(default_factory=list[PollRow])
    """Its poll, if it has one."""
    threads: list[ThreadRow] = field(default_factory=list[ThreadRow])
    """Its thread, if anybody replied."""
    notes: list[AgentNoteRow] = field(default_factory=list[AgentNoteRow])
    """Why the room's agent wrote it, if it did."""
    outdated: str = ""
    """What became of messages that it rests on, in words, if it is an answer of the assistant's."""
    files: list[FileRow] = field(default_factory=list[FileRow])
    quote_id: int = 0
    """The message this one quotes; 0 if it quotes none."""
    quote_author: str = ""
    quote_text: str = ""
    is_head: bool = True
    """Whether it shows its author: false within five minutes of the same author's last one."""
    previous_at: str = ""
    """When the message before it was sent, for the date separator; empty for the first shown."""


def file_size(size: int) -> str:
    """A number of bytes in words."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _poll_row(poll: Poll) -> PollRow:
    tally = poll.tally
    named = tally.voters or ((),) * len(poll.choices)
    return PollRow(
        question=poll.question,
        choices=[
            ChoiceRow(
                index=index,
                text=text,
                count=tally.counts[index],
                percent=round(100 * tally.counts[index] / max(tally.voter_count, 1)),
                people=names(named[index], tally.counts[index]) if tally.voters else "",
            )
            for index, text in enumerate(poll.choices)
        ],
        is_multiple=poll.is_multiple,
        is_anonymous=poll.is_anonymous,
        closes_at=iso(poll.closes_at) if poll.closes_at else "",
        is_closed=poll.closed_at is not None,
        voter_count=tally.voter_count,
    )


def thread_row(thread: ThreadSummary) -> ThreadRow:
    """How a thread stands, for the browser."""
    return ThreadRow(
        count=thread.count,
        last_at=iso(thread.last_at),
        last_position=thread.last_position,
        faces=[person_row(person) for person in thread.faces],
    )


def _shown_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _PICTURE_WIDTH / max(width, 1), _PICTURE_HEIGHT / max(height, 1))
    return max(round(width * scale), _PICTURE_MIN), max(round(height * scale), _PICTURE_MIN)


def file_row(file: Attachment) -> FileRow:
    """A file for the browser."""
    is_picture = file.width > 0
    width, height = _shown_size(file.width, file.height) if is_picture else (0, 0)
    return FileRow(
        url=f"/files/{file.token}",
        name=file.name,
        size=file_size(file.size),
        is_picture=is_picture,
        width=width,
        height=height,
    )


def message_row(
    message: Message, previous: Message | None, *, is_first: bool = False
) -> MessageRow:
    """A message for the browser, after the message `previous` before it in the room.

    The first of a list always shows its author: what stands above it may not be on the screen.
    """
    quote, outdated = message.quote, message.outdated
    return MessageRow(
        id=message.id,
        position=message.position,
        client_id=message.client_id,
        author=person_row(message.author),
        body=without_sources(message.body, outdated.lost) if outdated else message.body,
        mentions=" ".join(message.mentions),
        sent_at=iso(message.sent_at),
        is_edited=message.edited_at is not None,
        is_deleted=message.is_deleted,
        withheld=WITHHELD[message.withheld],
        is_pinned=message.is_pinned,
        score=message.score,
        reactions=[
            ReactionRow(r.emoji, r.count, names(r.first, r.count), emoji_name(r.emoji))
            for r in message.reactions
        ],
        polls=[_poll_row(message.poll)] if message.poll else [],
        threads=[thread_row(message.thread)] if message.thread else [],
        notes=[_note_row(message.agent)] if message.agent else [],
        outdated=_outdated(outdated) if outdated else "",
        files=[file_row(file) for file in message.attachments],
        quote_id=quote.id if quote else 0,
        quote_author=quote.author_name if quote else "",
        quote_text=_quoted(quote) if quote else "",
        is_head=is_first or _is_head(message, previous),
        previous_at=iso(previous.sent_at) if previous else "",
    )


def _note_row(note: AgentNote) -> AgentNoteRow:
    return AgentNoteRow(
        why=note.why,
        sources=list(note.sources),
        is_topic=note.kind == TOPIC,
        started_by=note.started_by.name if note.started_by else "",
    )


def _outdated(outdated: Outdated) -> str:
    rests = "rests" if outdated.lost else "may rest"
    became = "was removed" if outdated.change == "removed" else "has changed since"
    return f"A message this {rests} on {became}"


def _quoted(quote: Quote) -> str:
    if quote.is_deleted:
        return "Message deleted"
    return WITHHELD[quote.withheld] or quote.excerpt or FILES_ALONE


def _is_head(message: Message, previous: Message | None) -> bool:
    return (
        previous is None
        or message.quote is not None
        or previous.author.id != message.author.id
        or message.sent_at - previous.sent_at > GROUP_GAP
    )


def message_rows(messages: Sequence[Message]) -> list[MessageRow]:
    """A stretch of consecutive messages for the browser."""
    return [message_row(m, messages[i - 1] if i else None) for i, m in enumerate(messages)]
