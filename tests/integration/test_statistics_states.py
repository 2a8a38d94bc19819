"""The page of a room's statistics as its tabs meet it."""

from chatrooms.bootstrap import Deps
from chatrooms.services import members
from chatrooms.state.agent_effect import AgentEffectState
from chatrooms.state.statistics import StatisticsState
from chatrooms.state.talkers import TalkersState
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up
from tests.support.tabs import BrowserTab
from tests.support.web import WebProcess


async def at(web: WebProcess, who: Someone, slug: str) -> BrowserTab:
    """Somebody's tab that shows the page and has told its time zone."""
    path = f"/rooms/{slug}/statistics"
    tab = BrowserTab(web, await web.connect(), token=who.token, path=path)
    await tab.call(StatisticsState.load)
    for _ in await tab.call(StatisticsState.tell_zone, "Europe/Berlin"):
        await tab.call(StatisticsState.load)
    return tab


async def test_members_see_the_room_and_others_that_there_is_nothing_for_them(
    web: WebProcess,
    deps: Deps,
    private_room: Place,
    owner: Someone,
    member: Someone,
    stranger: Someone,
) -> None:
    deps.redis.flushdb()
    post(deps, private_room, member, "Hello")
    tab = await at(web, owner, private_room.slug)
    shown = tab.state(StatisticsState)
    assert (shown.status, shown.zone, shown.totals.messages, len(shown.rows)) == (
        *("open", "Europe/Berlin", "1", 30),
    )
    assert (len(shown.heat), shown.rows[-1].people, shown.can_moderate) == (7, 1, True)
    await tab.call(StatisticsState.choose, 90)
    await tab.call(StatisticsState.load)
    assert len(shown.rows) == 90
    for odd in (31, "x", None, [90]):
        await tab.call(StatisticsState.choose, odd)
    await tab.call(StatisticsState.tell_zone, "Mars/Olympus")
    await tab.call(StatisticsState.load)
    assert (shown.days, shown.zone) == (90, "UTC")

    plain = await at(web, member, private_room.slug)
    assert (plain.state(StatisticsState).status, plain.state(StatisticsState).can_moderate) == (
        *("open", False),
    )
    await plain.call(AgentEffectState.load_here)
    assert plain.state(AgentEffectState).rows == []
    hidden = await at(web, stranger, private_room.slug)
    absent = await at(web, stranger, "no-such-room")
    for each in (hidden, absent):
        found = each.state(StatisticsState)
        assert (found.status, found.room_name, found.rows) == ("unavailable", "", [])
        await each.call(TalkersState.load, 90, "UTC")
        await each.call(TalkersState.search, "o")
        await each.call(AgentEffectState.load_here)
        assert (each.state(TalkersState).rows, each.state(TalkersState).total) == ([], 0)
    public = make_room(deps, owner)
    visitor = (await at(web, stranger, public.slug)).state(StatisticsState)
    assert (visitor.status, visitor.rows) == ("visitor", [])

    members.remove_member(deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id)
    assert await plain.call(StatisticsState.follow)
    await plain.call(StatisticsState.load)
    gone = plain.state(StatisticsState)
    assert (gone.status, gone.rows, gone.heat, gone.best) == ("unavailable", [], [], [])


async def test_people_are_paged_and_searched_on_the_server(
    web: WebProcess, deps: Deps, owner: Someone
) -> None:
    deps.redis.flushdb()
    room = make_room(deps, owner)
    people = [bring_in(deps, room, by=owner, who=sign_up(deps, "page")) for _ in range(22)]
    post(deps, room, people[-1], "Hello")
    tab = await at(web, owner, room.slug)
    await tab.call(TalkersState.load, 30, "UTC")
    shown = tab.state(TalkersState)
    assert (shown.total, shown.until, shown.rows[0].person.username) == (
        *(23, 20, people[-1].username),
    )
    await tab.call(TalkersState.turn, 1)
    assert (shown.offset, shown.until, len(shown.rows)) == (20, 23, 3)
    await tab.call(TalkersState.turn, 1)
    assert shown.offset == 20, "there is no page behind the last"
    await tab.call(TalkersState.search, people[0].username.upper())
    assert [each.person.username for each in shown.rows][:1] == [people[0].username]
    await tab.call(TalkersState.turn, -5)
    assert shown.offset == 0
    for odd in (None, 7, ["x"]):
        await tab.call(TalkersState.search, odd)
        await tab.call(TalkersState.turn, odd)
