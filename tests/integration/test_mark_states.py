"""The handlers of votes, reactions, polls and the week's best, called as any client may."""

import asyncio
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, NotSignedIn
from chatrooms.live.offload import off_loop
from chatrooms.live.pace import SUMS_S
from chatrooms.services import history, members, messages, polls, votes
from chatrooms.services.polls import PollDraft
from chatrooms.state.marks import MarksState
from chatrooms.state.new_poll import NewPollState
from chatrooms.state.pane import PaneState
from chatrooms.state.room_info import RoomInfoState
from chatrooms.state.top import TopState
from tests.support.eventually import eventually
from tests.support.inspect import seqs
from tests.support.people import Place, Someone, make_room, post
from tests.support.tabs import BrowserTab, open_room
from tests.support.web import WebProcess

ODD: list[Any] = [None, "x", -1, 2**63, 2**80, 1.5, True, [], {}, {"room_id": 1}, "\ud800", "\x00"]


def ask(deps: Deps, who: Someone, room: Place, **more: Any) -> int:
    draft = PollDraft("When?", ("Now", "Later", "Never"), **more)
    client_id = deps.ids.client_id()
    return polls.open_poll(deps, actor_id=who.id, room_id=room.id, client_id=client_id, draft=draft)


async def answer(tab: BrowserTab, handler: Any, *args: Any) -> str:
    """The code of the error that a handler answers with; empty if it answers with none."""
    try:
        await tab.call(handler, *args)
    except ChatError as error:
        return error.code
    return ""


@pytest.fixture
def message_id(deps: Deps, private_room: Place, owner: Someone) -> int:
    return post(deps, private_room, owner)


@pytest.fixture
def poll_id(deps: Deps, private_room: Place, owner: Someone) -> int:
    return ask(deps, owner, private_room, is_multiple=True)


def calls(message_id: int, poll_id: int) -> list[tuple[Any, tuple[Any, ...]]]:
    return [
        (MarksState.vote, (message_id, 1)),
        (MarksState.react, (message_id, "👍", True)),
        (MarksState.choose, (poll_id, 0, True)),
        (MarksState.close_poll, (poll_id,)),
    ]


async def test_a_member_marks_messages_and_everybody_sees_the_sums(
    web: WebProcess,
    private_room: Place,
    owner: Someone,
    member: Someone,
    deps: Deps,
    message_id: int,
) -> None:
    poll_id = await off_loop(ask, deps, member, private_room)
    watching = await open_room(web, owner, private_room)
    tab = await open_room(web, member, private_room)
    for handler, args in calls(message_id, poll_id):
        await tab.call(handler, *args)

    def is_shown() -> bool:
        plain, poll = watching.screen.rows
        return (
            plain["score"] == 1
            and [each["emoji"] for each in plain["reactions"]] == ["👍"]
            and [each["count"] for each in poll["polls"][0]["choices"]] == [1, 0, 0]
            and poll["polls"][0]["is_closed"]
        )

    await eventually(is_shown, what="the sums are shown")
    mine = tab.state(MarksState)
    assert mine.votes == {message_id: 1}
    assert mine.reactions == {message_id: ["👍"]}
    assert mine.choices == {poll_id: [0]}
    await watching.call(MarksState.load)
    others = watching.state(MarksState)
    assert (others.votes, others.reactions, others.choices) == ({}, {}, {})


async def test_taking_back_leaves_no_mark_of_mine(
    web: WebProcess, private_room: Place, member: Someone, message_id: int
) -> None:
    tab = await open_room(web, member, private_room)
    for value, is_on in ((1, True), (0, False)):
        await tab.call(MarksState.vote, message_id, value)
        await tab.call(MarksState.react, message_id, "❤", is_on)
        expected = {message_id: ["❤️"]} if is_on else {}
        assert tab.state(MarksState).reactions == expected
    assert tab.state(MarksState).votes == {}


async def test_a_storm_of_votes_ends_exact_on_the_screen_in_few_packets(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, message_id: int
) -> None:
    screen = await web.show(private_room, owner)
    screen.read().packets.clear()
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(61):
        await off_loop(
            votes.vote,
            deps,
            actor_id=owner.id,
            room_id=private_room.id,
            message_id=message_id,
            value=(1, 0, -1)[number % 3],
        )
    await eventually(
        lambda: [row["score"] for row in screen.rows] == [1], what="the last vote is shown"
    )
    of_room = [packet for packet in screen.packets if "tail" in packet]
    assert len(of_room) <= (loop.time() - start) / SUMS_S + 2


async def test_my_other_tabs_are_asked_to_follow(
    web: WebProcess, private_room: Place, member: Someone, owner: Someone, message_id: int
) -> None:
    tab, mine, other = [await open_room(web, who, private_room) for who in (member, member, owner)]
    await tab.call(MarksState.vote, message_id, 1)
    await eventually(lambda: "marks" in mine.screen.read().events, what="my tab is asked")
    assert "marks" not in other.screen.read().events
    assert "marks" not in tab.screen.read().events


@pytest.mark.parametrize("kind", ["nobody", "stranger", "removed", "deactivated"])
async def test_no_handler_marks_a_room_that_the_caller_cannot_read(
    deps: Deps,
    web: WebProcess,
    private_room: Place,
    message_id: int,
    poll_id: int,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    token = "" if kind == "nobody" else request.getfixturevalue(kind).token
    path = f"/rooms/{private_room.slug}"
    tab = BrowserTab(web, await web.connect(), token=token, path=path)
    log = await off_loop(seqs, deps, private_room.id)
    tab.state(NewPollState)._room_id = private_room.id
    poll = {"question": "Q", "choice_0": "a", "choice_1": "b"}
    for handler, args in [
        *calls(message_id, poll_id),
        (MarksState.load, ()),
        (TopState.show, ()),
        (TopState.load, ()),
        (NewPollState.create, (poll,)),
    ]:
        assert await answer(tab, handler, *args) in ("", "not_signed_in", "room_unavailable")
    assert await off_loop(seqs, deps, private_room.id) == log
    assert tab.state(TopState).rows == []
    assert tab.state(MarksState).choices == {}


async def test_a_room_open_in_a_tab_gives_no_right_to_messages_of_another(
    deps: Deps, web: WebProcess, private_room: Place, member: Someone, message_id: int, poll_id: int
) -> None:
    elsewhere = await off_loop(make_room, deps, member)
    tab = await open_room(web, member, elsewhere)
    log = await off_loop(seqs, deps, private_room.id)
    for handler, args in calls(message_id, poll_id):
        with pytest.raises(ChatError) as refused:
            await tab.call(handler, *args)
        assert refused.value.code == "message_unavailable"
    assert await off_loop(seqs, deps, private_room.id) == log


async def test_odd_arguments_end_in_a_plain_refusal(
    deps: Deps, web: WebProcess, private_room: Place, member: Someone, message_id: int, poll_id: int
) -> None:
    tab = await open_room(web, member, private_room)
    await tab.call(NewPollState.show, "here")
    odd_calls = [
        *((MarksState.vote, (message_id, odd)) for odd in ODD if odd != -1),
        *((MarksState.vote, (odd, 1)) for odd in ODD),
        *((MarksState.react, (message_id, odd, True)) for odd in ODD),
        *((MarksState.choose, (poll_id, odd, True)) for odd in ODD),
        *((MarksState.choose, (odd, 0, True)) for odd in ODD),
        *((MarksState.close_poll, (odd,)) for odd in ODD),
    ]
    log = await off_loop(seqs, deps, private_room.id)
    for handler, args in odd_calls:
        with pytest.raises(ChatError):
            await tab.call(handler, *args)
    for odd in ODD:
        await tab.call(NewPollState.create, odd)
        assert tab.state(NewPollState).error
        await tab.call(NewPollState.remove_choice, odd)
    assert await off_loop(seqs, deps, private_room.id) == log


async def test_sending_the_poll_form_twice_opens_one_poll_in_the_room_it_was_written_in(
    deps: Deps, web: WebProcess, private_room: Place, member: Someone
) -> None:
    tab = await open_room(web, member, private_room)
    await tab.call(NewPollState.show, "here")
    await tab.call(NewPollState.add_choice)
    assert tab.state(NewPollState).boxes == [0, 1, 2]
    await tab.call(NewPollState.remove_choice, 1)
    form = {
        "question": "Which?",
        "choice_0": "This",
        "choice_1": "no box of that number",
        "choice_2": "That",
        "multiple": "on",
        "closes_at": "2999-01-01T00:00:00.000Z",
    }
    await tab.call(NewPollState.create, form)
    assert "within a year" in tab.state(NewPollState).error
    for wrong in ("tomorrow", "2999-01-01T00:00"):
        await tab.call(NewPollState.create, form | {"closes_at": wrong})
        assert "cannot be read" in tab.state(NewPollState).error
    for _ in range(2):
        await tab.call(NewPollState.create, form | {"closes_at": ""})
    assert not tab.state(NewPollState).opened_in
    view = await off_loop(history.load_view, deps, room_id=private_room.id)
    (message,) = view.messages
    assert message.poll is not None
    assert message.poll.choices == ("This", "That")
    assert (message.poll.is_multiple, message.poll.is_anonymous) == (True, False)


async def test_the_dialog_keeps_two_to_ten_text_boxes(
    web: WebProcess, private_room: Place, member: Someone
) -> None:
    tab = await open_room(web, member, private_room)
    await tab.call(NewPollState.show, "here")
    await tab.call(NewPollState.remove_choice, 0)
    assert len(tab.state(NewPollState).boxes) == 2
    for _ in range(20):
        await tab.call(NewPollState.add_choice)
    assert len(set(tab.state(NewPollState).boxes)) == 10


async def test_the_weeks_best_follow_votes_while_their_pane_is_open(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    first = await off_loop(post, deps, private_room, owner, "First")
    second = await off_loop(post, deps, private_room, owner, "Second", thread=first)
    tab = await open_room(web, member, private_room)
    await tab.call(TopState.show)
    assert tab.state(PaneState).name == "top"
    assert tab.state(TopState).rows == []
    await off_loop(
        votes.vote, deps, actor_id=owner.id, room_id=private_room.id, message_id=second, value=1
    )
    await eventually(lambda: "top" in tab.screen.read().events, what="the pane is told")
    await tab.call(TopState.load)
    (row,) = tab.state(TopState).rows
    assert (row.id, row.text, row.score, row.is_reply) == (second, "Second", 1, True)
    await off_loop(
        messages.delete_message,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        message_id=second,
    )
    # A reconnect has the page load what it shows anew.
    assert await tab.call(RoomInfoState.refresh) == [TopState.load]
    await tab.call(TopState.load)
    assert tab.state(TopState).rows == []
    await tab.call(PaneState.close)
    assert not web.tab(tab.screen).has_top_open
    assert await tab.call(RoomInfoState.refresh) == []


async def test_a_member_who_was_removed_reads_no_best_messages_any_more(
    deps: Deps, web: WebProcess, private_room: Place, owner: Someone, member: Someone
) -> None:
    best = await off_loop(post, deps, private_room, owner, "Best")
    await off_loop(
        votes.vote, deps, actor_id=owner.id, room_id=private_room.id, message_id=best, value=1
    )
    tab = await open_room(web, member, private_room)
    await tab.call(TopState.show)
    assert len(tab.state(TopState).rows) == 1
    await off_loop(
        members.remove_member,
        deps,
        actor_id=owner.id,
        room_id=private_room.id,
        account_id=member.id,
    )
    await eventually(lambda: tab.screen.is_empty, what="the screen is emptied")
    await tab.call(TopState.load)
    assert tab.state(TopState).rows == []


async def test_without_an_account_there_is_no_voting(
    web: WebProcess, public_room: Place, message_id: int
) -> None:
    tab = BrowserTab(web, await web.connect(), token="", path=f"/rooms/{public_room.slug}")
    with pytest.raises(NotSignedIn):
        await tab.call(MarksState.vote, message_id, 1)
