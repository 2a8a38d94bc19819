"""People report messages: moderators are alerted, and the reporter learns what came of it."""

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    ChatError,
    InvalidInput,
    MessageUnavailable,
    NotAllowed,
    RateLimited,
    RoomUnavailable,
)
from chatrooms.domain.moderation import HoldExpiry, Mode
from chatrooms.services import messages, notifications, retention
from chatrooms.services.moderation import decisions, reports
from chatrooms.services.own_data import deleting, deletion
from chatrooms.state.notices import title_of
from tests.support.inspect import change, rows
from tests.support.moderation import moderated, open_queue
from tests.support.people import (
    PASSWORD,
    Place,
    Someone,
    bring_in,
    forget_limits,
    make_room,
    post,
    sign_up,
    with_settings,
)


@pytest.fixture
def room(deps: Deps, private_room: Place) -> Place:
    return private_room


@pytest.fixture
def author(deps: Deps, room: Place, owner: Someone) -> Someone:
    return bring_in(deps, room, by=owner, who=sign_up(deps, "author"))


@pytest.fixture
def said(deps: Deps, room: Place, author: Someone) -> int:
    return post(deps, room, author, "Buy my shoes")


def report(deps: Deps, room: Place, who: Someone, message_id: int, reason: str = "Spam") -> None:
    reports.report(deps, actor_id=who.id, room_id=room.id, message_id=message_id, reason=reason)


def decide(deps: Deps, room: Place, by: Someone, message_id: int, *, keeps: bool) -> None:
    decision = decisions.keep if keeps else decisions.remove
    decision(deps, actor_id=by.id, room_id=room.id, message_id=message_id)


def told(deps: Deps, who: Someone, kind: str) -> list[str]:
    found = notifications.list_notifications(deps, actor_id=who.id)
    return [title_of(each) for each in found if each.kind == kind]


@pytest.mark.parametrize(
    ("actor", "error"),
    [
        ("member", None),
        ("moderator", None),
        ("author", NotAllowed),
        ("stranger", RoomUnavailable),
        ("removed", RoomUnavailable),
        ("deactivated", RoomUnavailable),
    ],
)
def test_whoever_reads_the_room_reports_what_others_wrote(
    deps: Deps,
    room: Place,
    said: int,
    moderator: Someone,
    request: pytest.FixtureRequest,
    actor: str,
    error: type[ChatError] | None,
) -> None:
    who: Someone = request.getfixturevalue(actor)
    if error is None:
        report(deps, room, who, said)
        assert open_queue(deps, said) == "reported"
        assert rows(
            deps, "SELECT reporter_id, reason FROM reports WHERE message_id = :id", id=said
        ) == [(who.id, "Spam")]
        return
    with pytest.raises(error):
        report(deps, room, who, said)
    assert open_queue(deps, said) == ""


def test_a_visitor_of_a_public_room_reports_and_learns_the_outcome(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    author = bring_in(deps, public_room, by=owner, who=sign_up(deps, "author"))
    said = post(deps, public_room, author)
    report(deps, public_room, stranger, said)
    decide(deps, public_room, owner, said, keeps=False)
    (outcome,) = told(deps, stranger, "report_decided")
    assert outcome.endswith("the message was removed")


def test_reports_need_a_reason_and_a_message_that_everybody_sees(
    deps: Deps, room: Place, said: int, author: Someone, member: Someone, moderator: Someone
) -> None:
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(InvalidInput):
            report(deps, room, member, said, reason)
    with pytest.raises(MessageUnavailable):
        report(deps, make_room(deps, member), member, said)
    decide(deps, room, moderator, said, keeps=False)
    with pytest.raises(InvalidInput):
        report(deps, room, member, said)
    decide(deps, room, moderator, said, keeps=True)
    report(deps, room, member, said)
    messages.delete_message(deps, actor_id=author.id, room_id=room.id, message_id=said)
    with pytest.raises(MessageUnavailable):
        report(deps, room, member, said)
    moderated(deps, room, Mode.AUTO, hold_expiry=HoldExpiry.KEEP)
    held = post(deps, room, author)
    with pytest.raises(MessageUnavailable):
        report(deps, room, member, held)


def test_one_person_has_one_open_report_of_a_message(
    deps: Deps, room: Place, said: int, owner: Someone, member: Someone, moderator: Someone
) -> None:
    report(deps, room, member, said)
    with pytest.raises(InvalidInput):
        report(deps, room, member, said, "Again")
    report(deps, room, owner, said, "I agree")
    decide(deps, room, moderator, said, keeps=True)
    report(deps, room, member, said, "Now it is worse")
    assert open_queue(deps, said) == "reported"


def test_moderators_are_alerted_but_neither_reporter_nor_author(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    said = post(deps, room, owner)
    report(deps, room, member, said)
    assert len(told(deps, moderator, "unsafe")) == 1
    assert told(deps, owner, "unsafe") == told(deps, member, "unsafe") == []
    report(deps, room, moderator, said)
    assert told(deps, owner, "unsafe") == []
    unread = (
        "SELECT account_id FROM notifications "
        "WHERE kind = 'unsafe' AND read_at IS NULL AND room_id = :room"
    )
    assert rows(deps, unread, room=room.id) == [(moderator.id,)]
    decide(deps, room, moderator, said, keeps=True)
    assert rows(deps, unread, room=room.id) == []


@pytest.mark.parametrize(
    ("keeps", "outcome"), [(True, "the message stays"), (False, "the message was removed")]
)
def test_reporters_learn_the_outcome(
    deps: Deps,
    room: Place,
    said: int,
    member: Someone,
    moderator: Someone,
    keeps: bool,
    outcome: str,
) -> None:
    report(deps, room, member, said)
    decide(deps, room, moderator, said, keeps=keeps)
    assert [each.rpartition(": ")[2] for each in told(deps, member, "report_decided")] == [outcome]
    upheld = rows(deps, "SELECT is_upheld FROM reports WHERE message_id = :id", id=said)
    assert upheld == [(not keeps,)]


def test_reporters_learn_that_the_author_deleted_the_message(
    deps: Deps, room: Place, said: int, author: Someone, member: Someone
) -> None:
    report(deps, room, member, said)
    messages.delete_message(deps, actor_id=author.id, room_id=room.id, message_id=said)
    (outcome,) = told(deps, member, "report_decided")
    assert outcome.endswith(" is closed: the author deleted the message")
    assert open_queue(deps, said) == ""


def test_reporters_learn_that_a_message_went_with_its_authors_account_or_was_too_old(
    deps: Deps, room: Place, said: int, author: Someone, owner: Someone, member: Someone
) -> None:
    old = post(deps, room, author, "Buy my old shoes")
    change(deps, "UPDATE messages SET sent_at = sent_at - interval '9 days' WHERE id = :id", id=old)
    for each in (said, old):
        report(deps, room, member, each)
    retention.set_keep_days(deps, actor_id=owner.id, room_id=room.id, days=5)
    retention.apply(deps)
    assert told(deps, member, "report_decided")[0].endswith(
        " is closed: the message became older than the room keeps messages"
    )
    deletion.delete_account(deps, actor_id=author.id, password=PASSWORD, keeps_messages=False)
    assert open_queue(deps, said) == "reported"
    deleting.carry_out(deps, account_id=author.id)
    assert told(deps, member, "report_decided")[0].endswith(
        " is closed: the author deleted their account, and their messages with it"
    )
    assert open_queue(deps, said) == ""


def test_reports_are_limited_per_hour(
    deps: Deps, room: Place, author: Someone, member: Someone, owner: Someone
) -> None:
    few = with_settings(deps, reports_per_hour=2)
    said = [post(deps, room, author, f"Offer {n}") for n in range(3)]
    for each in said[:2]:
        report(few, room, member, each)
    with pytest.raises(RateLimited):
        report(few, room, member, said[2])
    assert open_queue(deps, said[2]) == ""
    report(few, room, owner, said[2])


def test_whose_reports_are_not_upheld_reports_less_until_one_is(
    deps: Deps, room: Place, author: Someone, member: Someone, moderator: Someone, owner: Someone
) -> None:
    def reported(*, keeps: bool | None) -> int:
        said = post(deps, room, author, "Once more")
        report(deps, room, member, said)
        if keeps is not None:
            decide(deps, room, moderator, said, keeps=keeps)
        return said

    for _ in range(reports.FRIVOLOUS_AFTER):
        reported(keeps=True)
    waiting = [reported(keeps=None) for _ in range(reports.RATIONED_PER_DAY)]
    with pytest.raises(RateLimited):
        reported(keeps=None)
    decide(deps, room, moderator, waiting[0], keeps=False)
    reported(keeps=None)
    forget_limits(deps.redis)
