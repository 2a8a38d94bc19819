"""In a room that holds messages, others see an edit only once it is judged."""

from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.moderation import HoldExpiry, Mode
from chatrooms.services import history, messages, search
from chatrooms.services.moderation import decisions, holding, judging, reports, standing
from tests.support.inspect import assert_gapless, change, everything_stored, folded, rows
from tests.support.moderation import (
    ABUSE,
    HARMLESS,
    between,
    moderated,
    open_queue,
    shown,
    status,
    verdicts,
)
from tests.support.people import Place, Someone, post

OTHER = "Shall we meet at one and look at the new pictures of the lake?"


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    return moderated(deps, private_room)


@pytest.fixture
def said(deps: Deps, room: Place, member: Someone) -> int:
    """A message of the member's that was judged and is on every screen."""
    message_id = post(deps, room, member, HARMLESS)
    judging.judge_waiting(deps)
    return message_id


def edit(deps: Deps, room: Place, author: Someone, message_id: int, body: str) -> None:
    messages.edit_message(
        deps, actor_id=author.id, room_id=room.id, message_id=message_id, body=body
    )


def own(deps: Deps, room: Place, who: Someone) -> list[Any]:
    found = standing.list_own(deps, actor_id=who.id, room_id=room.id)
    return [(each.body, each.status.value, each.is_edit) for each in found]


def make_late(deps: Deps, message_id: int) -> None:
    late = "UPDATE messages SET hold_until = now() - interval '1 s' WHERE id = :id"
    change(deps, late, id=message_id)


def test_an_edit_is_on_its_authors_screen_alone_until_it_is_judged(
    deps: Deps, room: Place, member: Someone, moderator: Someone, said: int
) -> None:
    before = history.load_view(deps, room_id=room.id)
    edit(deps, room, member, said, OTHER)
    assert history.load_view(deps, room_id=room.id) == before
    assert own(deps, room, member) == [(OTHER, "pending", True)]
    assert own(deps, room, moderator) == []
    assert not search.search_messages(deps, actor_id=moderator.id, query="pictures lake").hits
    judging.judge_waiting(deps)
    (message,) = history.load_view(deps, room_id=room.id).messages
    assert (message.body, message.edited_at is not None) == (OTHER, True)
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)
    assert (status(deps, said), verdicts(deps, said)) == ("approved", ["approve", "approve"])
    assert own(deps, room, member) == []
    assert_gapless(deps, room.id)


def test_whom_an_edit_mentions_is_told_when_it_is_published(
    deps: Deps, room: Place, member: Someone, moderator: Someone, said: int
) -> None:
    def told() -> int:
        query = "SELECT count(*) FROM notifications WHERE account_id = :id AND kind = 'mention'"
        return rows(deps, query, id=moderator.id)[0][0]

    edit(deps, room, member, said, f"{OTHER} @{moderator.username}")
    assert told() == 0
    judging.judge_waiting(deps)
    assert told() == 1


@pytest.mark.parametrize(
    ("policy", "kept_back"),
    [({}, "removed"), ({"remove_threshold": 1, "hides_flagged": True}, "review")],
)
def test_abuse_edited_into_a_harmless_message_is_never_shown_unless_a_moderator_keeps_it(
    deps: Deps,
    room: Place,
    member: Someone,
    moderator: Someone,
    said: int,
    policy: dict[str, Any],
    kept_back: str,
) -> None:
    moderated(deps, room, **policy)
    before = history.load_view(deps, room_id=room.id)
    edit(deps, room, member, said, ABUSE)
    assert shown(deps, room) == [HARMLESS]
    judging.judge_waiting(deps)
    assert shown(deps, room) == [kept_back]
    ((body, _, is_edit),) = own(deps, room, member)
    assert (body, is_edit) == (ABUSE, False)
    assert standing.list_own(deps, actor_id=member.id, room_id=room.id)[0].marks
    decisions.keep(deps, actor_id=moderator.id, room_id=room.id, message_id=said)
    assert shown(deps, room) == [ABUSE]
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)


@pytest.mark.parametrize(
    ("expiry", "then"), [(HoldExpiry.PUBLISH, ABUSE), (HoldExpiry.KEEP, HARMLESS)]
)
def test_a_late_verdict_about_an_edit_leaves_the_choice_to_the_room(
    deps: Deps, room: Place, member: Someone, said: int, expiry: HoldExpiry, then: str
) -> None:
    moderated(deps, room, hold_expiry=expiry)
    edit(deps, room, member, said, ABUSE)
    assert holding.release_overdue(deps) == 0
    make_late(deps, said)
    is_published = expiry is HoldExpiry.PUBLISH
    assert holding.release_overdue(deps) == int(is_published)
    assert holding.release_overdue(deps) == 0
    assert shown(deps, room) == [then]
    assert open_queue(deps, said) == ("unreviewed" if is_published else "")
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]


def test_of_several_edits_the_last_one_is_judged_and_shown(
    deps: Deps, room: Place, member: Someone, said: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(deps, room, member, said, "Shall we meet at two?")
    between(monkeypatch, lambda: edit(deps, room, member, said, ABUSE))
    judging.judge_waiting(deps)
    assert (shown(deps, room), verdicts(deps, said)) == (["removed"], ["approve", "remove"])
    assert everything_stored(deps, "room_events").count("Shall we meet at two?") == 0


def test_editing_back_to_what_everybody_sees_leaves_nothing_to_judge(
    deps: Deps, room: Place, member: Someone, said: int
) -> None:
    edit(deps, room, member, said, ABUSE)
    edit(deps, room, member, said, HARMLESS)
    assert own(deps, room, member) == []
    judging.judge_waiting(deps)
    assert (shown(deps, room), verdicts(deps, said)) == ([HARMLESS], ["approve"])
    assert status(deps, said) == "approved"


def test_a_message_deleted_while_its_edit_is_held_leaves_neither_text(
    deps: Deps, room: Place, member: Someone, said: int
) -> None:
    edit(deps, room, member, said, "Zebra at the lake?")
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=said)
    judging.judge_waiting(deps)
    (message,) = history.load_view(deps, room_id=room.id).messages
    assert (message.is_deleted, own(deps, room, member)) == (True, [])
    assert "Zebra" not in everything_stored(deps, "messages", "message_edits", "room_events")
    assert verdicts(deps, said) == ["approve"]


def test_a_moderators_removal_is_of_the_text_that_was_seen_and_ends_the_edit(
    deps: Deps, room: Place, member: Someone, moderator: Someone, said: int
) -> None:
    where: dict[str, Any] = {"deps": deps, "room_id": room.id, "message_id": said}
    edit(deps, room, member, said, OTHER)
    decisions.remove(**where, actor_id=moderator.id)
    assert own(deps, room, member) == [(HARMLESS, "removed", False)]
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]
    decisions.keep(**where, actor_id=moderator.id)
    assert (shown(deps, room), verdicts(deps, said)) == ([HARMLESS], ["approve"])


def test_a_moderator_who_keeps_a_message_keeps_what_was_seen_and_its_edit_is_judged(
    deps: Deps, room: Place, owner: Someone, member: Someone, moderator: Someone, said: int
) -> None:
    where: dict[str, Any] = {"deps": deps, "room_id": room.id, "message_id": said}
    reports.report(**where, actor_id=owner.id, reason="Please look")
    edit(deps, room, member, said, ABUSE)
    decisions.keep(**where, actor_id=moderator.id)
    assert (shown(deps, room), open_queue(deps, said)) == ([HARMLESS], "")
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]


def test_an_edit_that_is_held_when_the_mode_changes_goes_by_the_new_mode(
    deps: Deps, room: Place, member: Someone, said: int
) -> None:
    edit(deps, room, member, said, ABUSE)
    moderated(deps, room, Mode.MANUAL)
    assert shown(deps, room) == [HARMLESS]
    judging.judge_waiting(deps)
    assert (shown(deps, room), open_queue(deps, said)) == ([ABUSE], "unreviewed")
    edit(deps, moderated(deps, room), member, said, OTHER)
    edit(deps, moderated(deps, room, Mode.SEMI_AUTO), member, said, "Shall we meet at two?")
    assert (shown(deps, room), own(deps, room, member)) == (["Shall we meet at two?"], [])


def test_rules_look_at_the_edit_and_not_at_what_it_replaces(
    deps: Deps, room: Place, owner: Someone, member: Someone, said: int
) -> None:
    change(
        deps,
        "INSERT INTO moderation_rules (room_id, name, kind, action, options, is_on, created_by) "
        "VALUES (:room, 'Lakes', 'words', 'remove', '{\"words\": [\"lake\"]}', true, :by)",
        room=room.id,
        by=owner.id,
    )
    edit(deps, room, member, said, OTHER)
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]
    assert rows(deps, "SELECT rule FROM verdicts WHERE message_id = :id ORDER BY id", id=said) == [
        ("",),
        ("Lakes",),
    ]
