"""The moderation log as a file: what is in it, who gets it, and that it does no harm."""

import csv
import io

import httpx
import pytest
from starlette.applications import Starlette

from chatrooms.api import moderation_log
from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import NotAllowed
from chatrooms.domain.permissions import Role
from chatrooms.live.identity import cookie_name
from chatrooms.live.offload import off_loop
from chatrooms.services import members
from chatrooms.services.moderation import decisions, judging, log_export, record
from chatrooms.services.moderation.log_filter import LogFilter
from tests.support.moderation import ABUSE, moderated
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up, with_settings


@pytest.fixture
def room(deps: Deps, private_room: Place, member: Someone) -> Place:
    """An auto room in which abuse of the member was removed."""
    moderated(deps, private_room, holds=False)
    post(deps, private_room, member, ABUSE)
    judging.judge_waiting(deps)
    return private_room


async def get(deps: Deps, who: Someone | None, query: str = "", **headers: str) -> httpx.Response:
    app = Starlette(routes=moderation_log.routes)
    app.state.deps = deps
    cookie = {"cookie": f"{cookie_name(deps.settings)}={who.token}"} if who else {}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        return await client.get(f"{moderation_log.PATH}{query}", headers=cookie | named)


def lines(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


async def test_the_file_holds_what_the_filters_show(
    deps: Deps, room: Place, moderator: Someone, member: Someone
) -> None:
    (line,) = lines(await get(deps, moderator))
    text = 'She said "no", twice\nand again: ø'
    where = {"actor_id": moderator.id, "room_id": room.id}
    removal = await off_loop(
        decisions.keep, deps, **where, message_id=int(line["message_id"]), reason="Fine, really"
    )
    await off_loop(record.add_note, deps, **where, account_id=member.id, text=text)
    response = await get(deps, moderator, f"?room={room.slug}")
    assert response.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert "attachment" in response.headers["content-disposition"]
    assert response.text.splitlines()[0] == ",".join(log_export.COLUMNS)
    assert response.text.count("\r\n") == 4
    note, kept, removed = lines(response)
    assert [each["action"] for each in (note, kept, removed)] == ["note", "keep", "remove"]
    assert note["reason"] == text.replace("\n", " ")
    assert (kept["id"], kept["decided_by"], kept["reason"]) == (
        str(removal),
        "person",
        "Fine, really",
    )
    assert (removed["decided_by"], removed["about_username"]) == ("model", member.username)
    assert (removed["text"], removed["room"], removed["mode"]) == (ABUSE, room.slug, "auto")
    assert float(removed["score"]) >= float(removed["remove_threshold"]) == 0.8
    assert removed["model"]
    assert removed["words"]
    assert (removed["outcome"], removed["outcome_by"]) == ("overturned", moderator.username)
    assert removed["time"].endswith("Z")
    assert removed["outcome_time"] == kept["time"]
    only_kept = lines(await get(deps, moderator, f"?room={room.slug}&kind=kept"))
    assert [each["id"] for each in only_kept] == [kept["id"]]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\uff1d"])
async def test_no_cell_begins_a_formula(
    deps: Deps, room: Place, moderator: Someone, member: Someone, begin: str
) -> None:
    where = {"actor_id": moderator.id, "room_id": room.id}
    text = f'{begin}HYPERLINK("http://x")'
    await off_loop(record.add_note, deps, **where, account_id=member.id, text=text)
    note, _ = lines(await get(deps, moderator))
    assert note["reason"] == f"'{text}"


async def test_a_long_log_comes_whole_and_in_order(
    deps: Deps, room: Place, moderator: Someone, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_export, "_PIECE", 3)
    where = {"actor_id": moderator.id, "room_id": room.id, "account_id": member.id}
    for number in range(7):
        await off_loop(record.add_note, deps, **where, text=f"note {number}")
    found = [line["reason"] for line in lines(await get(deps, moderator))]
    assert found == [*(f"note {number}" for number in reversed(range(7))), ""]


async def test_the_file_is_for_those_who_moderate_and_of_their_rooms_alone(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone, stranger: Someone
) -> None:
    theirs = moderated(deps, await off_loop(make_room, deps, stranger), holds=False)
    author = await off_loop(bring_in, deps, theirs, by=stranger, who=sign_up(deps, "author"))
    await off_loop(post, deps, theirs, author, ABUSE)
    await off_loop(judging.judge_waiting, deps)
    assert {line["room"] for line in lines(await get(deps, moderator))} == {room.slug}
    assert lines(await get(deps, moderator, f"?room={theirs.slug}")) == []
    assert len(lines(await get(deps, stranger, f"?room={theirs.slug}"))) == 1
    for who, code in ((None, 401), (member, 403), (author, 403)):
        assert (await get(deps, who, f"?room={room.slug}")).status_code == code
    await off_loop(
        members.change_role,
        deps,
        actor_id=owner.id,
        room_id=room.id,
        account_id=moderator.id,
        role=Role.MEMBER.value,
    )
    assert (await get(deps, moderator)).status_code == 403
    with pytest.raises(NotAllowed):
        await off_loop(log_export.export_piece, deps, actor_id=moderator.id, wanted=LogFilter())


async def test_a_page_of_another_site_a_wrong_filter_and_too_many_are_refused(
    deps: Deps, room: Place, moderator: Someone
) -> None:
    foreign = await get(deps, moderator, sec_fetch_site="cross-site")
    assert (foreign.status_code, room.slug in foreign.text) == (403, False)
    assert (await get(deps, moderator, sec_fetch_site="same-origin")).status_code == 200
    assert (await get(deps, moderator, "?kind=all")).status_code == 422
    few = with_settings(deps, exports_per_hour=2)
    codes = [(await get(few, moderator)).status_code for _ in range(3)]
    assert codes == [200, 429, 429]
