"""Signing up, and what administrators do to accounts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    AccountUnavailable,
    AlreadyTaken,
    InvalidInput,
    NotAllowed,
    NotSignedIn,
    RateLimited,
)
from chatrooms.services import accounts, sessions
from tests.support import servers
from tests.support.inspect import everything_stored, rows
from tests.support.people import (
    PASSWORD,
    Someone,
    dependencies,
    sign_in_again,
    sign_up,
    unique,
    with_settings,
)
from tests.support.servers import RunningServer
from tests.support.threads import at_once

ODD_IDS = [0, -1, 2**63, 2**80, "1", None, 1.5, True, [1], "x"]


@pytest.fixture
def empty(postgres: RunningServer, redis_url: str) -> Iterator[Deps]:
    """Dependencies on a database without any account."""
    with (
        servers.fresh_database(postgres.url) as url,
        dependencies(database_url=url, redis_url=redis_url) as deps,
    ):
        yield deps


def sign_up_as(
    deps: Deps, username: str, *, email: str | None = None, address: str | None = None
) -> str:
    return accounts.sign_up(
        deps,
        username=username,
        email=email or f"{unique('mail')}@example.org",
        password=PASSWORD,
        address=address or unique("address"),
    )


def test_the_first_account_is_administrator_and_no_other(empty: Deps) -> None:
    first, second = sign_up(empty, "first"), sign_up(empty, "second")
    assert first.signed_in.is_admin
    assert not second.signed_in.is_admin


def test_of_many_first_accounts_at_once_exactly_one_is_administrator(empty: Deps) -> None:
    at_once([lambda n=n: sign_up_as(empty, f"racer{n}") for n in range(8)])
    assert rows(empty, "SELECT count(*), count(*) FILTER (WHERE is_admin) FROM accounts") == [
        (8, 1)
    ]


def test_imported_people_do_not_take_the_administrators_place(empty: Deps) -> None:
    accounts.ensure_guest(empty, username="guest", name="Guest")
    assert sign_up(empty, "first").signed_in.is_admin


def test_a_name_is_taken_in_whatever_case(deps: Deps) -> None:
    name = unique("Ann")
    sign_up_as(deps, name)
    for same in (name, name.upper(), name.lower()):
        with pytest.raises(AlreadyTaken, match="username"):
            sign_up_as(deps, same)


def test_an_address_is_taken_in_whatever_case(deps: Deps) -> None:
    sign_up_as(deps, unique("one"), email="Ann@Example.org")
    with pytest.raises(AlreadyTaken, match="e-mail"):
        sign_up_as(deps, unique("two"), email="ann@EXAMPLE.org")


def test_one_name_wanted_by_many_at_once_goes_to_one(deps: Deps) -> None:
    name = unique("wanted")
    results = at_once([lambda: sign_up_as(deps, name) for _ in range(6)])
    assert sorted(type(result).__name__ for result in results) == ["AlreadyTaken"] * 5 + ["str"]


@pytest.mark.parametrize(
    ("username", "email", "password"),
    [
        ("", "a@example.org", PASSWORD),
        ("a b", "a@example.org", PASSWORD),
        ("ann\ud800", "a@example.org", PASSWORD),
        ("ann", "no address", PASSWORD),
        ("ann", "a@example.org", "short"),
        ("ann", "a@example.org", "x" * 201),
        ("ann", "a@example.org", "surrogate \ud800 inside"),
    ],
)
def test_unfit_input_makes_no_account(deps: Deps, username: str, email: str, password: str) -> None:
    before = rows(deps, "SELECT count(*) FROM accounts")
    with pytest.raises(InvalidInput):
        accounts.sign_up(deps, username=username, email=email, password=password, address="here")
    assert rows(deps, "SELECT count(*) FROM accounts") == before


def test_sign_ups_from_one_address_are_limited_before_a_password_is_hashed(deps: Deps) -> None:
    limited = with_settings(deps, sign_ups_per_address=2)
    address = unique("address")
    for _ in range(2):
        sign_up_as(limited, unique("many"), address=address)
    hasher = CountingHasher()
    costly = replace(limited, passwords=hasher)
    with pytest.raises(RateLimited):
        sign_up_as(costly, unique("many"), address=address)
    assert hasher.hashed == 0
    sign_up_as(limited, unique("other"), address=unique("address"))


class CountingHasher(PasswordHasher):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.hashed = 0

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.hashed += 1
        return super().hash(password, salt=salt)


def test_nothing_stored_opens_a_door(deps: Deps) -> None:
    someone = sign_up(deps)
    ticket = sign_up_as(deps, unique("other"))
    stored = everything_stored(deps, "accounts", "sessions", "tickets")
    for secret in (PASSWORD, someone.token, ticket):
        assert secret not in stored
    assert "$argon2id$" in stored


def test_a_new_password_works_and_the_old_one_does_not(deps: Deps) -> None:
    ann = sign_up(deps, "ann")
    change_password(deps, ann, current=PASSWORD, new="another long password")
    with pytest.raises(Exception, match="do not match"):
        sign_in_again(deps, ann)
    assert sessions.sign_in(
        deps, username=ann.username, password="another long password", address=unique("a")
    )


def change_password(deps: Deps, who: Someone, *, current: str, new: str) -> None:
    accounts.change_password(
        deps, actor_id=who.id, session_id=who.signed_in.session_id, current=current, new=new
    )


def test_a_new_password_ends_every_other_session_and_ticket(deps: Deps) -> None:
    here = sign_up(deps, "ann")
    elsewhere = sign_in_again(deps, here)
    ticket = sessions.sign_in(deps, username=here.username, password=PASSWORD, address=unique("a"))
    change_password(deps, here, current=PASSWORD, new="another long password")
    assert sessions.get_signed_in(deps, token=here.token).account_id == here.id
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=elsewhere.token)
    with pytest.raises(NotSignedIn):
        sessions.redeem_ticket(deps, ticket=ticket, device="", address="")


def test_a_wrong_current_password_changes_nothing_and_counts(deps: Deps) -> None:
    ann = sign_up(deps, "ann")
    limited = with_settings(deps, sign_in_attempts_per_account=3)
    for _ in range(3):
        with pytest.raises(InvalidInput, match="current password"):
            change_password(limited, ann, current="wrong password", new="another long password")
    with pytest.raises(RateLimited):
        change_password(limited, ann, current=PASSWORD, new="another long password")
    assert sign_in_again(deps, ann)


def test_deactivation_ends_sessions_and_tickets_and_can_be_taken_back(
    deps: Deps, admin: Someone
) -> None:
    ann = sign_up(deps, "ann")
    ticket = sessions.sign_in(deps, username=ann.username, password=PASSWORD, address="here")
    accounts.set_active(deps, actor_id=admin.id, account_id=ann.id, is_active=False)
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=ann.token)
    with pytest.raises(NotSignedIn):
        sessions.redeem_ticket(deps, ticket=ticket, device="", address="")
    with pytest.raises(Exception, match="do not match"):
        sign_in_again(deps, ann)
    accounts.set_active(deps, actor_id=admin.id, account_id=ann.id, is_active=True)
    assert sign_in_again(deps, ann).id == ann.id
    with pytest.raises(NotSignedIn):
        sessions.get_signed_in(deps, token=ann.token)


def test_only_administrators_see_and_deactivate_accounts(
    deps: Deps, admin: Someone, stranger: Someone
) -> None:
    listed = accounts.list_accounts(deps, actor_id=admin.id, query=stranger.username)
    assert [info.person.id for info in listed] == [stranger.id]
    with pytest.raises(NotAllowed):
        accounts.list_accounts(deps, actor_id=stranger.id)
    with pytest.raises(NotAllowed):
        accounts.set_active(deps, actor_id=stranger.id, account_id=admin.id, is_active=False)


def test_administrators_cannot_deactivate_themselves(deps: Deps, admin: Someone) -> None:
    with pytest.raises(NotAllowed, match="your own"):
        accounts.set_active(deps, actor_id=admin.id, account_id=admin.id, is_active=False)


@pytest.mark.parametrize("account_id", ODD_IDS)
def test_what_is_no_account_cannot_be_deactivated(
    deps: Deps, admin: Someone, account_id: int
) -> None:
    with pytest.raises(AccountUnavailable):
        accounts.set_active(deps, actor_id=admin.id, account_id=account_id, is_active=False)


@pytest.mark.parametrize("actor_id", ODD_IDS)
def test_what_is_no_account_may_nothing(deps: Deps, admin: Someone, actor_id: int) -> None:
    with pytest.raises(NotSignedIn):
        accounts.list_accounts(deps, actor_id=actor_id)
    with pytest.raises(NotSignedIn):
        sessions.list_sessions(deps, actor_id=actor_id)


@pytest.mark.parametrize("query", ["\x00", "%", "_", "\\", "\ud800", "a" * 100_000])
def test_any_text_can_be_searched_for(deps: Deps, admin: Someone, query: str) -> None:
    assert accounts.list_accounts(deps, actor_id=admin.id, query=query) is not None


def test_a_search_takes_the_text_literally(deps: Deps, admin: Someone) -> None:
    underscored = sign_up(deps, "with_score")
    found = accounts.list_accounts(deps, actor_id=admin.id, query="h_s", limit=500)
    assert {info.person.id for info in found} == {underscored.id}
