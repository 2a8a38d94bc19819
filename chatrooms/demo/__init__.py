"""Three rooms and what their people say, written for a first look at the product."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from chatrooms.services.imports import LogLine
from chatrooms.services.rooms import RoomDraft


def room_drafts() -> dict[str, RoomDraft]:
    """How the rooms are described, by name."""
    return {room["name"]: RoomDraft(**room["draft"], name=room["name"]) for room in _rooms()}


def lines(*, now: datetime) -> Iterator[LogLine]:
    """All messages in the order of their time, the last of them a few minutes before `now`."""
    told = [
        LogLine(
            room=room["name"],
            author=author,
            sent_at=now - timedelta(minutes=minutes_ago),
            text=text,
            id=f"demo-{number}",
            reply_to=f"demo-{reply_to}" if reply_to else None,
        )
        for room in _rooms()
        for number, minutes_ago, author, text, reply_to in room["messages"]
    ]
    yield from sorted(told, key=lambda line: line.sent_at)


def _rooms() -> list[dict[str, Any]]:
    return json.loads(files(__name__).joinpath("rooms.json").read_text(encoding="utf-8"))
