"""Signing in and out: tickets, sessions, and limits on guessing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain.errors import (
    ChatError,
    NotSignedIn,
    RateLimited,
    ServiceUnavailable,
    SignInRefused,
)
from chatrooms.services import accounts, members, messages, sessions
from tests.support.people import (
    PASSWORD,
    Place,
    Someone,
    dependencies,
    post,
    sign_in_again,
    sign_up,
    unique,
    with_settings,
)
from tests.support.threads import at_once


class WatchedHasher(PasswordHasher):
    """A hasher that remembers what it was asked to verify."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified.append(str(hash))
        return super().verify(hash, password)


@pytest.fixture
def ann(deps: Deps, admin: Someone) -> Someone:
    return sign_up(deps, "ann")


def sign_in(deps: Deps, username: str, password: str = PASSWORD, address: str = "") -> str:
    return sessions.sign_in(
        deps, username=username, password=password, address=address or unique("address")
    )


def redeem(deps: Deps, ticket: str) -> str:
    return sessions.redeem_ticket(deps, ticket=ticket, device="a browser", address="here")


def later(deps: Deps, **delta: float) -> Deps:
    """The same dependencies, with a clock that is ahead."""
    return replace(deps, clock=lambda: utc_now() + timedelta(**delta))


def test_the_name_fits_in_any_case_and_the_password_in_one(deps: Deps, ann: Someone) -> None:
    assert sign_in(deps, f"  {ann.username.upper()} ")
    for wrong in (PASSWORD.upper(), PASSWORD + " ", "", "\x00", "\ud800", "x" * 100_000):
        with pytest.raises(SignInRefused):
            sign_in(deps, ann.username, wrong)


def test_unknown_names_and_wrong_passwords_are_answered_alike(deps: Deps, ann: Someone) -> None:
    answers = set()
    hasher = WatchedHasher()
    watched = replace(deps, passwords=hasher)
    for name in (ann.username, "nobody-of-that-name", "", "with blank", "\x00", "\ud800"):
        with pytest.raises(ChatError) as refused:
            sign_in(watched, name, "a wrong password")
        answers.add((type(refused.value), str(refused.value)))
    assert len(answers) == 1
    assert len(hasher.verified) == 6, "each refusal costs one verification"


def test_guests_without_a_password_cannot_sign_in(deps: Deps) -> None:
    guest = accounts.ensure_guest(deps, username=unique("guest"), name="Guest")
    hasher = WatchedHasher()
    for password in ("", "no account has this password"):
        with pytest.raises(SignInRefused):
            sign_in(replace(deps, passwords=hasher), guest.username, password)
    assert len(hasher.verified) == 2


def test_a_ticket_opens_one_session(deps: Deps, ann: Someone) -> None:
    ticket = sign_in(deps, ann.username)
    assert sessions.get_signed_in(deps, token=redeem(deps, ticket)).account_id == ann.id
    with pytest.raises(NotSignedIn):
        redeem(deps, ticket)


def test_a_ticket_used_by_many_at_once_opens_one_session(deps: Deps, ann: Someone) -> None:
    ticket = sign_in(deps, ann.username)
    results = at_once([lambda: redeem(deps, ticket) for _ in range(6)])
    assert sum(isinstance(result, str) for result in results) == 1


def test_a_ticket_expires(deps: Deps, ann: Someone) -> None:
    first, second = sign_in(deps, ann.username), sign_in(deps, ann.username)
    ttl = deps.settings.ticket_ttl_s
    assert redeem(later(deps, seconds=ttl - 5), first)
    with pytest.raises(NotSignedIn):
        redeem(later(deps, seconds=ttl + 1), second)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 100_000])
def test_made_up_tokens_open_nothing(deps: Deps, token: str) -> None:
    with pytest.raises(NotSignedIn):
        redeem(deps, token)
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=token)


def test_a_session_expires(deps: Deps, ann: Someone) -> None:
    days = deps.settings.session_ttl_d
    nearly = later(deps, days=days, seconds=-60)
    assert sessions.get_signed_in(nearly, token=ann.token).account_id == ann.id
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(later(deps, days=days, seconds=60), token=ann.token)


def test_people_see_and_end_their_own_sessions_only(
    deps: Deps, ann: Someone, stranger: Someone
) -> None:
    second = sign_in_again(deps, ann)
    assert {s.id for s in sessions.list_sessions(deps, actor_id=ann.id)} == {
        ann.signed_in.session_id,
        second.signed_in.session_id,
    }
    sessions.end_session(deps, actor_id=stranger.id, session_id=second.signed_in.session_id)
    assert sessions.get_signed_in(deps, token=second.token)
    sessions.end_session(deps, actor_id=ann.id, session_id=second.signed_in.session_id)
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=second.token)
    assert sessions.get_signed_in(deps, token=ann.token)


def test_ending_a_session_twice_is_fine(deps: Deps, ann: Someone) -> None:
    second = sign_in_again(deps, ann)
    for _ in range(2):
        sessions.end_session(deps, actor_id=ann.id, session_id=second.signed_in.session_id)


@pytest.mark.parametrize("session_id", [0, -1, 2**63, 2**80])
def test_ids_that_no_session_can_have_end_none(deps: Deps, ann: Someone, session_id: int) -> None:
    sessions.end_session(deps, actor_id=ann.id, session_id=session_id)
    assert sessions.get_signed_in(deps, token=ann.token)


def test_all_other_sessions_end_together(deps: Deps, ann: Someone) -> None:
    others = [sign_in_again(deps, ann) for _ in range(2)]
    sessions.end_other_sessions(deps, actor_id=ann.id, keep=ann.signed_in.session_id)
    assert [s.id for s in sessions.list_sessions(deps, actor_id=ann.id)] == [
        ann.signed_in.session_id
    ]
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=others[0].token)


# Limits


def guess(deps: Deps, username: str, *, address: str = "", times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in(deps, username, "a wrong password", address=address)


def test_guessing_at_one_account_is_limited_whoever_guesses(deps: Deps, ann: Someone) -> None:
    limited = with_settings(deps, sign_in_attempts_per_account=3)
    guess(limited, ann.username, times=3)
    with pytest.raises(RateLimited, match="a lot in a short time"):
        sign_in(limited, ann.username)
    assert sign_in(limited, sign_up(deps, "other").username)


@pytest.mark.parametrize("disguise", ["{}\x00", "\x00{}", " {} ", "{}\x07", "{}\u200e"])
def test_a_name_in_disguise_has_no_guesses_of_its_own(
    deps: Deps, ann: Someone, disguise: str
) -> None:
    limited = with_settings(deps, sign_in_attempts_per_account=3)
    guess(limited, ann.username, times=3)
    with pytest.raises((RateLimited, SignInRefused)):
        sign_in(limited, disguise.format(ann.username), PASSWORD)


def test_guessing_from_one_address_is_limited_whatever_the_names(deps: Deps, ann: Someone) -> None:
    limited = with_settings(deps, sign_in_attempts_per_address=3)
    address = unique("address")
    for number in range(3):
        guess(limited, f"nobody{number}", address=address)
    with pytest.raises(RateLimited):
        sign_in(limited, ann.username, address=address)
    assert sign_in(limited, ann.username)


def test_signing_in_forgets_wrong_guesses_at_the_account(deps: Deps, ann: Someone) -> None:
    limited = with_settings(deps, sign_in_attempts_per_account=3)
    for _ in range(3):
        guess(limited, ann.username, times=2)
        assert sign_in(limited, ann.username)


def test_posting_is_limited_per_account_with_a_clear_message(
    deps: Deps, owner: Someone, ann: Someone, public_room: Place
) -> None:
    members.join_room(deps, actor_id=ann.id, room_id=public_room.id)
    limited = with_settings(deps, messages_per_minute=3)
    for _ in range(3):
        post(limited, public_room, owner)
    with pytest.raises(RateLimited, match="Please wait a moment"):
        post(limited, public_room, owner)
    assert post(limited, public_room, ann)


def test_sending_the_same_message_again_costs_nothing_of_the_limit(
    deps: Deps, owner: Someone, public_room: Place
) -> None:
    limited = with_settings(deps, messages_per_minute=1)
    ids = {
        messages.post_message(
            limited, actor_id=owner.id, room_id=public_room.id, client_id="one", body="Hello"
        )
        for _ in range(5)
    }
    assert len(ids) == 1


@pytest.fixture
def without_redis(database_url: str, deps: Deps) -> Iterator[Deps]:
    """Dependencies whose Redis does not answer."""
    nowhere = "unix:///nonexistent/redis.sock?db=0"
    with dependencies(database_url=database_url, redis_url=nowhere) as made:
        yield made


def test_without_redis_nobody_signs_in(without_redis: Deps, ann: Someone) -> None:
    with pytest.raises(ServiceUnavailable, match="try again"):
        sign_in(without_redis, ann.username)
    with pytest.raises(ServiceUnavailable):
        sign_up(without_redis)


def test_without_redis_who_is_signed_in_posts_on(
    without_redis: Deps, deps: Deps, owner: Someone, public_room: Place
) -> None:
    message_id = post(without_redis, public_room, owner, "Still here")
    assert post(deps, public_room, owner) > message_id


def test_without_redis_sessions_still_end(without_redis: Deps, ann: Someone) -> None:
    sessions.end_session(without_redis, actor_id=ann.id, session_id=ann.signed_in.session_id)
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(without_redis, token=ann.token)
