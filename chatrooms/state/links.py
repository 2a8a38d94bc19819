"""Messages in short, for the lists of pins and saved messages."""

from chatrooms.live.rows import iso, person_row
from chatrooms.services.excerpts import Excerpt
from chatrooms.state.rows import MessageLinkRow


def link_row(excerpt: Excerpt) -> MessageLinkRow:
    """A message in short for the browser."""
    return MessageLinkRow(
        id=excerpt.message_id,
        room_id=excerpt.room_id,
        room_slug=excerpt.room_slug,
        room_name=excerpt.room_name,
        author=person_row(excerpt.author),
        text=excerpt.text,
        sent_at=iso(excerpt.sent_at),
    )
