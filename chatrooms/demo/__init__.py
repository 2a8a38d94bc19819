"""Rooms and what their people say, written for a first look at the product."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from chatrooms.bootstrap import Deps
from chatrooms.services import polls, reactions, votes
from chatrooms.services.imports import Importer, LogLine
from chatrooms.services.polls import PollDraft
from chatrooms.services.rooms import RoomDraft


def room_drafts(topics: Mapping[str, int]) -> dict[str, RoomDraft]:
    """How the rooms are described, by name. `topics`: ids of the tree by slug; where a topic is not
    there any more, its room is not filed at all."""
    return {
        room["name"]: RoomDraft(
            **room["draft"], name=room["name"], topic_id=topics.get(room["filed"])
        )
        for room in _rooms()
    }


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


def add_marks(deps: Deps, importer: Importer) -> None:
    """What the people of the rooms think of the messages that were imported: their votes and
    reactions, and a poll. Each of them acts through the services, as people do."""
    for room in _rooms():
        room_id = importer.room_id(room["name"])
        for number, who, value in room.get("votes", ()):
            votes.vote(
                deps,
                actor_id=importer.account_id(who),
                room_id=room_id,
                message_id=importer.message_id(room["name"], f"demo-{number}"),
                value=value,
            )
        for number, who, emoji in room.get("reactions", ()):
            reactions.react(
                deps,
                actor_id=importer.account_id(who),
                room_id=room_id,
                message_id=importer.message_id(room["name"], f"demo-{number}"),
                emoji=emoji,
                is_on=True,
            )
        if poll := room.get("poll"):
            _add_poll(deps, importer, room_id=room_id, poll=poll)


def _add_poll(deps: Deps, importer: Importer, *, room_id: int, poll: dict[str, Any]) -> None:
    message_id = polls.open_poll(
        deps,
        actor_id=importer.account_id(poll["author"]),
        room_id=room_id,
        client_id="demo-poll",
        draft=PollDraft(question=poll["question"], choices=poll["choices"]),
    )
    for who, choice in poll["votes"].items():
        polls.vote(
            deps,
            actor_id=importer.account_id(who),
            room_id=room_id,
            message_id=message_id,
            choice=choice,
        )


def _rooms() -> list[dict[str, Any]]:
    return json.loads(files(__name__).joinpath("rooms.json").read_text(encoding="utf-8"))
