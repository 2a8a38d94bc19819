"""People and rooms for tests, made through the services that people use."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from redis import Redis

from chatrooms.bootstrap import Deps, bootstrap
from chatrooms.domain.permissions import Role
from chatrooms.services import (
    accounts,
    history,
    invitations,
    members,
    messages,
    reading,
    rooms,
    sessions,
)
from chatrooms.services.rooms import RoomDraft
from chatrooms.services.sessions import SignedIn
from chatrooms.settings import Settings
from tests.support.waiting import wait_until

PASSWORD = "a long enough password"
NO_LIMITS: dict[str, Any] = {
    "messages_per_minute": 10**9,
    "marks_per_minute": 10**9,
    "reports_per_hour": 10**9,
    "rooms_per_hour": 10**9,
    "uploads_per_hour": 10**9,
    "exports_per_hour": 10**9,
    "upload_mb_per_day": 10**6,
    "sign_ups_per_address": 10**9,
}
# The real hash takes 50 ms on purpose; what is tested does not depend on that.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = count(1)


@contextmanager
def dependencies(*, database_url: str, redis_url: str, **settings: Any) -> Iterator[Deps]:
    """The product's dependencies on these servers, without rate limits unless they are given."""
    chosen: dict[str, Any] = {"database_url": database_url, "redis_url": redis_url}
    made = bootstrap(Settings(**chosen | NO_LIMITS | settings))
    try:
        yield replace(made, passwords=QUICK)
    finally:
        engine = made.sessions.kw["bind"]
        # A thread whose event loop ended may still be in its transaction.
        wait_until(lambda: not engine.pool.checkedout(), what="every connection is given back")
        engine.dispose()
        made.redis.close()
        made.vectors.close()


def with_settings(deps: Deps, **settings: Any) -> Deps:
    """The same dependencies under other settings."""
    return replace(deps, settings=deps.settings.model_copy(update=settings))


def forget_limits(redis: Redis) -> None:
    """Have nobody have done anything yet."""
    for key in redis.scan_iter(match="chatrooms:limit:*"):
        redis.delete(key)


@dataclass(frozen=True, slots=True)
class Someone:
    """An account with one session."""

    username: str
    token: str
    signed_in: SignedIn

    @property
    def id(self) -> int:
        """The account's id."""
        return self.signed_in.account_id


@dataclass(frozen=True, slots=True)
class Place:
    """A room."""

    id: int
    slug: str


def unique(name: str) -> str:
    """The name with a number that no other name in this run has."""
    return f"{name}-{next(_numbers)}"


def sign_up(deps: Deps, name: str = "somebody") -> Someone:
    """A new account, signed in."""
    username = unique(name)
    ticket = accounts.sign_up(
        deps,
        username=username,
        email=f"{username}@example.org",
        password=PASSWORD,
        address=username,
    )
    return _redeemed(deps, username, ticket)


def sign_in_again(deps: Deps, someone: Someone) -> Someone:
    """The same account in one more session."""
    ticket = sessions.sign_in(
        deps, username=someone.username, password=PASSWORD, address=unique("address")
    )
    return _redeemed(deps, someone.username, ticket)


def _redeemed(deps: Deps, username: str, ticket: str) -> Someone:
    token = sessions.redeem_ticket(deps, ticket=ticket, device="a browser", address="here")
    return Someone(username, token, sessions.get_signed_in(deps, token=token))


def make_room(deps: Deps, owner: Someone, *, is_private: bool = False, name: str = "room") -> Place:
    """A new room of that owner."""
    draft = RoomDraft(name=unique(name), is_private=is_private)
    facts = rooms.create_room(deps, actor_id=owner.id, draft=draft)
    return Place(facts.id, facts.slug)


def bring_in(
    deps: Deps, room: Place, *, by: Someone, who: Someone, role: Role = Role.MEMBER
) -> Someone:
    """Have somebody become a member by invitation, with that role."""
    token = invitations.create_invitation(deps, actor_id=by.id, room_id=room.id)
    invitations.accept_invitation(deps, actor_id=who.id, token=token)
    if role is not Role.MEMBER:
        members.change_role(
            deps, actor_id=by.id, room_id=room.id, account_id=who.id, role=role.value
        )
    return who


def post(
    deps: Deps,
    room: Place,
    author: Someone,
    body: str = "Hello",
    *,
    reply_to: int | None = None,
    thread: int | None = None,
    files: Sequence[str] = (),
) -> int:
    """A new message's id."""
    return messages.post_message(
        deps,
        actor_id=author.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        body=body,
        reply_to_id=reply_to,
        thread_id=thread,
        files=files,
    )


def post_many(
    deps: Deps, room: Place, author: Someone, bodies: Iterable[str], *, thread: int | None = None
) -> list[int]:
    """The ids of many new messages, which nobody judges: quicker to make than by `post`."""
    return [
        messages.post_message(
            deps,
            actor_id=author.id,
            room_id=room.id,
            client_id=deps.ids.client_id(),
            body=body,
            thread_id=thread,
            is_limited=False,
            is_judged=False,
        )
        for body in bodies
    ]


def have_read(deps: Deps, room: Place, who: Someone) -> None:
    """Have a member have read the whole room."""
    newest = history.load_view(deps, room_id=room.id).messages[-1]
    reading.mark_read_to(deps, actor_id=who.id, room_id=room.id, message_id=newest.id)


def deactivate(deps: Deps, admin: Someone, who: Someone) -> Someone:
    """Take an account out of use."""
    accounts.set_active(deps, actor_id=admin.id, account_id=who.id, is_active=False)
    return who
