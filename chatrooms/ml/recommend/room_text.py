"""What of a room an embedder reads."""

from collections.abc import Sequence


def room_text(
    name: str, description: str, topic: str, tags: Sequence[str], summary: str = ""
) -> str:
    """A room in one text: what it calls itself first, because an embedder cuts off what is too
    long, and what was said in it last. Empty parts leave nothing behind."""
    parts = (name, topic, description, ", ".join(tag for tag in tags if tag.strip()), summary)
    return ". ".join(part.strip().rstrip(".") for part in parts if part.strip())
