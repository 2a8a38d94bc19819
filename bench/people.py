"""Real accounts with real sessions, and the room they meet in."""

from dataclasses import dataclass

import httpx

from bench.instance import Instance
from chatrooms.live.identity import cookie_name, session_token
from chatrooms.services import accounts, members, rooms, sessions
from chatrooms.services.rooms import RoomDraft


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in."""

    account_id: int
    cookie: str
    """The Cookie header of this person's browser."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A room and everybody who is a member of it."""

    room_id: int
    path: str
    visitors: list[Visitor]


def enrol(instance: Instance, count: int, *, prefix: str = "viewer") -> list[Visitor]:
    """Sign `count` people up; each exchanges the ticket for a cookie where browsers do."""
    with httpx.Client(base_url=instance.url) as http:
        return [_enrol(instance, http, f"{prefix}{number:04d}") for number in range(count)]


def _enrol(instance: Instance, http: httpx.Client, username: str) -> Visitor:
    ticket = accounts.sign_up(
        instance.deps,
        username=username,
        email=f"{username}@example.org",
        password=f"the password of {username}",
        address="127.0.0.1",
    )
    http.cookies.clear()
    answer = http.get("/session/enter", params={"ticket": ticket})
    name = cookie_name(instance.deps.settings)
    cookie = f"{name}={answer.cookies[name]}"
    token = session_token(instance.deps.settings, cookie)
    signed_in = sessions.get_signed_in(instance.deps, token=token)
    return Visitor(signed_in.account_id, cookie)


def meet(instance: Instance, count: int, *, name: str = "Bench", prefix: str = "viewer") -> Meeting:
    """A public room with `count` members, all signed in; the first is its owner."""
    visitors = enrol(instance, count, prefix=prefix)
    facts = rooms.create_room(
        instance.deps, actor_id=visitors[0].account_id, draft=RoomDraft(name=name)
    )
    for visitor in visitors[1:]:
        members.join_room(instance.deps, actor_id=visitor.account_id, room_id=facts.id)
    return Meeting(facts.id, f"/rooms/{facts.slug}", visitors)
