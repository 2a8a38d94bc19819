"""A client of one's own on a running instance: whatever it calls, nothing hidden leaks."""

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from websockets.exceptions import InvalidStatus

from chatrooms.bootstrap import Deps
from chatrooms.services import history, rooms
from chatrooms.services.rooms import RoomDraft
from chatrooms.state.outbox import OutboxState
from chatrooms.state.room import RoomState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.session import SessionState
from tests.support.instances import Instance
from tests.support.people import Place, Someone, bring_in, dependencies, post, sign_up
from tests.support.sockets import PageSocket

SECRET = "Zebra crossing at midnight"
ROOM = RoomState.get_full_name()
OUTBOX = OutboxState.get_full_name()
INFO = RoomInfoState.get_full_name()
SESSION = SessionState.get_full_name()
HYDRATE = "reflex___state____state.hydrate"


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running instance, shared by all tests here."""
    started = Instance(tmp_path_factory.mktemp("socket") / "data").start().wait_ready()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def deps(instance: Instance) -> Iterator[Deps]:
    """The services on the instance's own servers."""
    environ = instance.child("web").environ()
    with dependencies(
        database_url=environ["DATABASE_URL"],
        redis_url=environ["REDIS_URL"],
        public_url=instance.url,
    ) as made:
        yield made


@pytest.fixture(scope="module")
def owner(deps: Deps) -> Someone:
    return sign_up(deps, "owner")


@pytest.fixture(scope="module")
def member(deps: Deps, owner: Someone, private_room: Place) -> Someone:
    return bring_in(deps, private_room, by=owner, who=sign_up(deps, "zebramember"))


@pytest.fixture(scope="module")
def stranger(deps: Deps) -> Someone:
    return sign_up(deps, "stranger")


@pytest.fixture(scope="module")
def private_room(deps: Deps, owner: Someone) -> Place:
    draft = RoomDraft(name="Den of stripes", topic="Zebra topic", is_private=True)
    facts = rooms.create_room(deps, actor_id=owner.id, draft=draft)
    return Place(facts.id, facts.slug)


@pytest.fixture(scope="module")
def secret_id(deps: Deps, private_room: Place, owner: Someone) -> int:
    return post(deps, private_room, owner, SECRET)


def at(room: Place) -> str:
    return f"/rooms/{room.slug}"


def form(room: Place, **more: Any) -> dict[str, Any]:
    return {"room_id": room.id, "client_id": "zz", "body": "From outside", **more}


def everything_about(page: PageSocket, room: Place, message_id: int) -> None:
    """Call each handler that could show or change something of the room."""
    page.call(f"{SESSION}.require_sign_in")
    page.call(f"{ROOM}.open_room")
    page.call(f"{OUTBOX}.send", form=form(room))
    page.call(f"{OUTBOX}.send", form=form(room, room_id=str(room.id), reply_to_id=message_id))
    page.call(f"{ROOM}.load_older")
    page.call(f"{ROOM}.load_newer")
    page.call(f"{ROOM}.jump_to", message_id=message_id)
    page.call(f"{ROOM}.start_reply", message_id=message_id)
    page.call(f"{ROOM}.start_edit", message_id=message_id)
    page.call(f"{ROOM}.delete", message_id=message_id)
    page.call(f"{ROOM}.setvar", var_name="_room_id", value=room.id)
    page.call(f"{ROOM}._find", message_id=message_id)
    page.call(f"{INFO}.show")
    page.call(f"{INFO}.load_more_members")
    page.call(f"{INFO}.create_invitation")
    page.call(f"{INFO}.save_room", form={"name": "Taken over"})
    page.call(f"{INFO}.set_archived", is_archived=True)
    page.call(f"{INFO}.change_role", account_id=1, role="owner")


def settle(page: PageSocket) -> None:
    """Until the events sent so far were handled: this one is handled after them."""
    page.call(f"{SESSION}.load")
    page.wait_for(f'"{SESSION}"')
    page.call(HYDRATE)
    page.wait_for('"is_hydrated')


def test_a_member_sees_the_room_over_the_socket(
    instance: Instance, private_room: Place, secret_id: int, member: Someone
) -> None:
    with PageSocket(instance, token=member.token, path=at(private_room)) as page:
        page.call(f"{SESSION}.require_sign_in")
        page.call(f"{ROOM}.open_room")
        assert SECRET in page.wait_for("tail_rx_state_")
        page.call(f"{OUTBOX}.send", form=form(private_room, client_id="m1", body="From a member"))
        page.wait_for("From a member")
        page.call(f"{INFO}.show")
        assert member.username in page.wait_for("members_rx_state_")


@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_whatever_an_outsider_calls_nothing_of_the_room_is_shown_or_changed(
    instance: Instance,
    deps: Deps,
    private_room: Place,
    secret_id: int,
    member: Someone,
    stranger: Someone,
    who: str,
) -> None:
    before = history.load_view(deps, room_id=private_room.id)
    token = stranger.token if who == "stranger" else ""
    with PageSocket(instance, token=token, path=at(private_room)) as page:
        everything_about(page, private_room, secret_id)
        settle(page)
        for told in (SECRET, "Zebra", "Den of stripes", member.username, "/invite/"):
            assert told not in page.everything
    assert history.load_view(deps, room_id=private_room.id) == before


def test_a_forged_session_is_nobodys(
    instance: Instance, private_room: Place, secret_id: int
) -> None:
    for token in ("x", "a" * 5000, "../../etc"):
        with PageSocket(instance, token=token, path=at(private_room)) as page:
            everything_about(page, private_room, secret_id)
            settle(page)
            assert "Zebra" not in page.everything


def test_arguments_of_the_wrong_type_leave_the_connection_usable(
    instance: Instance, private_room: Place, secret_id: int, member: Someone
) -> None:
    with PageSocket(instance, token=member.token, path=at(private_room)) as page:
        page.call(f"{SESSION}.require_sign_in")
        page.call(f"{ROOM}.open_room")
        page.wait_for("tail_rx_state_")
        for odd in (None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, "\x00", "\ud800"):
            page.call(f"{OUTBOX}.send", form=odd)
            page.call(f"{ROOM}.jump_to", message_id=odd)
            page.call(f"{ROOM}.start_reply", message_id=odd)
            page.call(f"{INFO}.remove_member", account_id=odd)
            page.call(f"{OUTBOX}.send", unknown=odd)
        page.call(f"{OUTBOX}.send", form=form(private_room, client_id="after", body="Still here"))
        page.wait_for("Still here")


def test_another_site_cannot_open_a_connection(instance: Instance, member: Someone) -> None:
    with PageSocket(instance, token=member.token):
        pass
    with pytest.raises(InvalidStatus):
        PageSocket(instance, token=member.token, origin="https://evil.example")


def test_no_message_is_kept_in_what_redis_stores_of_a_tab(
    instance: Instance, deps: Deps, private_room: Place, secret_id: int, member: Someone
) -> None:
    with PageSocket(instance, token=member.token, path=at(private_room)) as page:
        page.call(f"{SESSION}.require_sign_in")
        page.call(f"{ROOM}.open_room")
        page.wait_for(SECRET)
        with Redis.from_url(deps.settings.redis_url.get_secret_value()) as client:
            kept = [client.get(key) for key in client.scan_iter() if client.type(key) == b"string"]
        assert kept
        assert not any(SECRET.encode() in (value or b"") for value in kept)  # type: ignore[operator]


def test_a_tab_that_somebody_else_signs_in_to_shows_nothing_of_the_first(
    instance: Instance, private_room: Place, owner: Someone, stranger: Someone
) -> None:
    with PageSocket(instance, token=owner.token, path=at(private_room)) as page:
        page.call(f"{SESSION}.require_sign_in")
        page.call(f"{ROOM}.open_room")
        page.call(f"{INFO}.show")
        page.wait_for("members_rx_state_")
        page.call(f"{INFO}.create_invitation")
        page.wait_for("/invite/")
        tab = page.tab
    with PageSocket(instance, token=stranger.token, path="/", tab=tab) as page:
        page.call(HYDRATE)
        page.wait_for('"is_hydrated')
        settle(page)
        assert "/invite/" not in page.everything
        assert owner.username not in page.everything
