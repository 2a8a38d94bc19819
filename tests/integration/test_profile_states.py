"""Profiles and files through their handlers, called as any client may call them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import NotSignedIn
from chatrooms.services import history, profiles
from chatrooms.state.outbox import OutboxState
from chatrooms.state.profile import ProfileFormState, ProfileState
from chatrooms.state.session import SessionState
from tests.support.files import upload
from tests.support.people import Place, Someone
from tests.support.tabs import BrowserTab, serving
from tests.support.web import WebProcess, web_process

ODD: list[Any] = [None, "x", -1, 2**80, 1.5, [], {}, "\ud800", "\x00"]


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    async with web_process(deps) as process:
        with serving(process):
            yield process


async def tab_of(web: WebProcess, who: Someone | None, path: str = "/settings") -> BrowserTab:
    return BrowserTab(web, await web.connect(), token=who.token if who else "", path=path)


async def test_the_page_of_a_person_links_to_the_rooms_in_common(
    web: WebProcess, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    path = f"/people/{owner.username}"
    tab = await tab_of(web, member, path)
    await tab.call(ProfileState.load)
    shown = tab.state(ProfileState)
    assert (shown.profile.person.username, shown.is_missing) == (owner.username, False)
    assert [room.slug for room in shown.profile.rooms] == [private_room.slug]
    assert shown.profile.rooms[0].name.startswith("hidden place")
    other = await tab_of(web, stranger, path)
    await other.call(ProfileState.load)
    assert other.state(ProfileState).profile.rooms == []
    tab.go("/people/nobody-of-that-name")
    await tab.call(ProfileState.load)
    assert shown.is_missing
    assert shown.profile.person.id == 0


async def test_what_one_saves_is_stored_and_what_does_not_fit_is_said(
    web: WebProcess, deps: Deps, member: Someone
) -> None:
    tab = await tab_of(web, member)
    await tab.call(ProfileFormState.load)
    form = tab.state(ProfileFormState)
    assert form.name == member.username
    await tab.call(ProfileFormState.save, {"name": " Mem  Ber ", "bio": "Hi", "hue": "77"})
    assert (form.error, form.name, form.bio, form.hue) == ("", "Mem Ber", "Hi", 77)
    for odd in ODD:
        await tab.call(ProfileFormState.save, odd)
        await tab.call(ProfileFormState.save, {"name": odd, "bio": odd, "hue": odd})
        await tab.call(ProfileFormState.preview_hue, odd)
    await tab.call(ProfileFormState.save, {"name": "", "hue": "1"})
    assert form.error
    own = profiles.get_own_profile(deps, actor_id=member.id)
    assert own.person.name in ("Mem Ber", "x")


async def test_nobody_signed_in_sees_and_changes_nothing(web: WebProcess, member: Someone) -> None:
    tab = await tab_of(web, None, f"/people/{member.username}")
    for handler in (ProfileState.load, ProfileFormState.load, SessionState.refresh):
        with pytest.raises(NotSignedIn):
            await tab.call(handler)
    with pytest.raises(NotSignedIn):
        await tab.call(ProfileFormState.remove_picture)
    assert tab.state(ProfileState).profile.person.id == 0


async def test_a_message_takes_the_files_that_its_form_names_and_refuses_others(
    web: WebProcess, deps: Deps, private_room: Place, member: Someone, owner: Someone
) -> None:
    mine, theirs = upload(deps, private_room, member), upload(deps, private_room, owner)
    tab = await tab_of(web, member, f"/rooms/{private_room.slug}")

    async def send(client_id: str, files: Any) -> str:
        form = {"room_id": private_room.id, "client_id": client_id, "body": "", "files": files}
        await tab.call(OutboxState.send, form)
        refused = [r for r in tab.state(OutboxState).refused if r.client_id == client_id]
        return refused[0].reason if refused else ""

    assert "is gone" in await send("c1", theirs)
    assert "is gone" in await send("c2", f"{mine} {theirs}")
    assert "is gone" in await send("c3", "\x00 ..")
    assert "at most 10" in await send("c4", " ".join([mine] * 11))
    for number, odd in enumerate(ODD):
        assert await send(f"odd{number}", odd)
    assert history.load_view(deps, room_id=private_room.id).messages == ()
    assert await send("c5", mine) == ""
    (message,) = history.load_view(deps, room_id=private_room.id).messages
    assert [file.token for file in message.attachments] == [mine]
