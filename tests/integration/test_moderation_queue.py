"""What moderators see of what waits, what they may do about it, and nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps, utc_now
from chatrooms.domain.errors import (
    AccountUnavailable,
    CaseDecided,
    CaseUnavailable,
    ChatError,
    InvalidInput,
    NotSignedIn,
)
from chatrooms.domain.moderation import Mode, Queue
from chatrooms.domain.permissions import Role
from chatrooms.services import members, messages, rooms
from chatrooms.services.moderation import (
    claims,
    deciding,
    judging,
    queue,
    record,
    review,
    sanctions,
)
from chatrooms.services.moderation.deciding import Made
from chatrooms.state.case_rows import record_row
from tests.support.inspect import change, counted_queries, rows
from tests.support.moderation import ABUSE, moderated, open_queue, shown, status, waiting
from tests.support.people import Place, Someone, bring_in, deactivate, make_room, post, sign_up

ODD: list[Any] = [None, "x", 0, -1, True, 2**63, 1.5]


@pytest.fixture
def elsewhere(deps: Deps, stranger: Someone) -> tuple[Someone, Place]:
    """Somebody who moderates another room."""
    return stranger, make_room(deps, stranger)


def every_act(deps: Deps, actor: Someone, case_id: Any) -> list[Callable[[], object]]:
    who: dict[str, Any] = {"actor_id": actor.id}
    acts: list[Callable[[], object]] = [
        lambda: review.get_case(deps, **who, case_id=case_id),
        lambda: claims.claim(deps, **who, case_id=case_id),
        lambda: deciding.decide(deps, **who, case_id=case_id, action="remove"),
        lambda: deciding.decide_all(deps, **who, case_ids=[case_id], action="keep"),
    ]
    return acts


@pytest.mark.parametrize("kind", ["owner", "moderator"])
def test_those_who_moderate_the_room_see_and_decide_what_waits(
    deps: Deps, private_room: Place, member: Someone, kind: str, request: pytest.FixtureRequest
) -> None:
    who: Someone = request.getfixturevalue(kind)
    message_id, case_id = waiting(deps, private_room, member)
    desk = queue.get_desk(deps, actor_id=who.id)
    assert [(w.room_id, w.queue, w.count) for w in desk.waiting] == [
        (private_room.id, Queue.FLAGGED, 1)
    ]
    (case,) = queue.list_cases(deps, actor_id=who.id, queue=Queue.FLAGGED).cases
    assert (case.id, case.message_id, case.score) == (case_id, message_id, 0.91)
    assert queue.count_waiting(deps, actor_id=who.id) == 1
    deciding.decide(deps, actor_id=who.id, case_id=case_id, action="remove", reason="Be kind")
    assert (shown(deps, private_room), status(deps, message_id)) == (["removed"], "removed")
    assert queue.list_cases(deps, actor_id=who.id, queue=Queue.FLAGGED).cases == ()


@pytest.mark.parametrize("kind", ["member", "stranger", "elsewhere", "removed", "deactivated"])
def test_everybody_else_sees_and_decides_nothing(
    deps: Deps, private_room: Place, member: Someone, kind: str, request: pytest.FixtureRequest
) -> None:
    found = request.getfixturevalue(kind)
    who: Someone = found[0] if kind == "elsewhere" else found
    message_id, case_id = waiting(deps, private_room, member)
    for act in every_act(deps, who, case_id):
        with pytest.raises(CaseUnavailable):
            act()
    looks: list[Callable[[], object]] = [
        lambda: record.get_record(
            deps, actor_id=who.id, room_id=private_room.id, account_id=member.id
        ),
        lambda: record.add_note(
            deps, actor_id=who.id, room_id=private_room.id, account_id=member.id, text="x"
        ),
    ]
    for look in looks:
        with pytest.raises(ChatError):
            look()
    if kind == "deactivated":
        with pytest.raises(NotSignedIn):
            queue.get_desk(deps, actor_id=who.id)
    else:
        for room_id in (None, private_room.id):
            page = queue.list_cases(deps, actor_id=who.id, queue=Queue.FLAGGED, room_id=room_id)
            assert page.cases == ()
        assert queue.get_desk(deps, actor_id=who.id).waiting == ()
        is_one = kind == "elsewhere"
        assert queue.count_waiting(deps, actor_id=who.id) == (0 if is_one else None)
    assert (status(deps, message_id), open_queue(deps, message_id)) == ("flagged", "flagged")
    assert rows(deps, "SELECT count(*) FROM moderation_log WHERE room_id = :r", r=private_room.id)[
        0
    ] == (0,)


def test_who_loses_the_role_or_the_account_loses_the_queue_at_once(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    admin: Someone,
) -> None:
    _, case_id = waiting(deps, private_room, member)
    other = bring_in(deps, private_room, by=owner, who=sign_up(deps, "other"), role=Role.MODERATOR)
    assert review.get_case(deps, actor_id=other.id, case_id=case_id)
    members.change_role(
        deps, actor_id=owner.id, room_id=private_room.id, account_id=other.id, role="member"
    )
    deactivate(deps, admin, moderator)
    for who in (other, moderator):
        with pytest.raises(CaseUnavailable):
            review.get_case(deps, actor_id=who.id, case_id=case_id)


@pytest.mark.parametrize("sanction", ["time-out", "ban"])
def test_a_moderator_who_is_timed_out_or_banned_has_no_queue_while_it_lasts(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    sanction: str,
) -> None:
    message_id, case_id = waiting(deps, private_room, member)
    here: dict[str, Any] = {"room_id": private_room.id, "account_id": moderator.id}

    def looks() -> tuple[Any, ...]:
        who: dict[str, Any] = {"actor_id": moderator.id}
        desk = queue.get_desk(deps, **who)
        cases = queue.list_cases(deps, **who, queue=Queue.FLAGGED).cases
        return len(desk.rooms), len(desk.waiting), len(cases), queue.count_waiting(deps, **who)

    assert looks() == (1, 1, 1, 1)
    if sanction == "time-out":
        imposed = sanctions.time_out(deps, actor_id=owner.id, **here, minutes=5)
    else:
        imposed = sanctions.ban(deps, actor_id=owner.id, **here)
    assert looks() == (0, 0, 0, None)
    for act in every_act(deps, moderator, case_id):
        with pytest.raises(CaseUnavailable):
            act()
    assert open_queue(deps, message_id) == "flagged"
    if sanction == "time-out":
        sanctions.lift(deps, actor_id=owner.id, room_id=private_room.id, sanction_id=imposed)
        assert looks() == (1, 1, 1, 1)


def test_an_archived_room_has_no_queue(
    deps: Deps, private_room: Place, owner: Someone, member: Someone
) -> None:
    _, case_id = waiting(deps, private_room, member)
    rooms.set_archived(deps, actor_id=owner.id, room_id=private_room.id, is_archived=True)
    assert queue.get_desk(deps, actor_id=owner.id).rooms == ()
    with pytest.raises(CaseUnavailable):
        review.get_case(deps, actor_id=owner.id, case_id=case_id)


def test_ids_that_are_none_are_refused_plainly(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    for odd in ODD:
        for act in every_act(deps, moderator, odd):
            with pytest.raises(CaseUnavailable):
                act()


def test_a_case_shows_everything_there_is_to_know(
    deps: Deps, private_room: Place, moderator: Someone, owner: Someone, member: Someone
) -> None:
    moderated(deps, private_room, Mode.SEMI_AUTO, flag_threshold=0.6)
    before = [post(deps, private_room, owner, f"before {n}") for n in range(4)]
    message_id, case_id = waiting(deps, private_room, member)
    for n in range(4):
        post(deps, private_room, owner, f"after {n}")
    change(
        deps,
        "INSERT INTO reports (room_id, message_id, reporter_id, reason) "
        "VALUES (:r, :m, :a, 'Rude')",
        r=private_room.id,
        m=message_id,
        a=owner.id,
    )
    assert before
    case = review.get_case(deps, actor_id=moderator.id, case_id=case_id)
    assert (case.body, case.score, case.policy.flag_threshold) == (ABUSE, 0.91, 0.6)
    assert [ABUSE[mark.start : mark.end] for mark in case.marks] == ["worthless"]
    assert [each.text for each in case.before] == ["before 1", "before 2", "before 3"]
    assert [each.text for each in case.after] == ["after 0", "after 1", "after 2"]
    assert [each.reason for each in case.reports] == ["Rude"]
    made = deciding.decide(deps, actor_id=moderator.id, case_id=case_id, action="remove")
    gone = review.get_case(deps, actor_id=moderator.id, case_id=case_id)
    assert (gone.body, gone.withheld, gone.is_open) == (ABUSE, "removed", False)
    assert [(each.action, each.by) for each in gone.decisions] == [("remove", moderator.username)]
    assert made.room_id == private_room.id


def test_an_edit_takes_the_marks_of_the_text_before_away(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, case_id = waiting(deps, private_room, member)
    messages.edit_message(
        deps, actor_id=member.id, room_id=private_room.id, message_id=message_id, body="Sorry"
    )
    case = review.get_case(deps, actor_id=moderator.id, case_id=case_id)
    assert (case.body, case.marks, case.is_edited) == ("Sorry", (), True)


def test_a_held_message_is_shown_with_what_stood_around_when_it_was_written(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    post(deps, private_room, member, "earlier")
    message_id, case_id = waiting(deps, private_room, member)
    change(deps, "UPDATE messages SET position = NULL WHERE id = :id", id=message_id)
    post(deps, private_room, member, "later")
    case = review.get_case(deps, actor_id=moderator.id, case_id=case_id)
    assert (case.is_held, case.body) == (True, ABUSE)
    assert [each.text for each in (*case.before, *case.after)] == ["earlier", "later"]


def test_the_queue_is_listed_page_by_page_and_can_be_narrowed(
    deps: Deps, private_room: Place, moderator: Someone, owner: Someone, member: Someone
) -> None:
    other = make_room(deps, owner)
    cases = [waiting(deps, private_room, member, f"text {n} 100%")[1] for n in range(5)]
    there = waiting(deps, other, owner, "over there_")[1]

    def listed(who: Someone, **narrowed: Any) -> list[int]:
        page = queue.list_cases(deps, actor_id=who.id, queue=Queue.FLAGGED, **narrowed)
        return [case.id for case in page.cases]

    assert listed(owner) == [*cases, there]
    assert listed(moderator) == cases
    assert listed(owner, room_id=other.id) == [there]
    assert listed(moderator, room_id=other.id) == []
    assert listed(owner, wanted="text 3") == [cases[3]]
    assert listed(owner, wanted="100%") == cases
    assert listed(owner, wanted="_") == [there]
    assert listed(owner, wanted=member.username) == cases
    first = queue.list_cases(deps, actor_id=owner.id, queue=Queue.FLAGGED, limit=4)
    assert first.has_more
    last = first.cases[-1]
    assert listed(owner, after=(last.opened_at, last.id), limit=4) == [cases[4], there]


def test_a_case_is_one_moderators_until_two_minutes_have_passed(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    first, second = (waiting(deps, private_room, member)[1] for _ in range(2))

    def seen_by(who: Someone, at: Deps = deps) -> list[str]:
        page = queue.list_cases(at, actor_id=who.id, queue=Queue.FLAGGED)
        return [case.claimed_by for case in page.cases]

    assert claims.claim(deps, actor_id=owner.id, case_id=first)
    assert not claims.claim(deps, actor_id=moderator.id, case_id=first)
    assert (seen_by(moderator), seen_by(owner)) == ([owner.username, ""], ["", ""])
    case = review.get_case(deps, actor_id=moderator.id, case_id=first)
    assert case.claimed_by == owner.username
    later = replace(deps, clock=lambda: utc_now() + timedelta(seconds=121))
    assert seen_by(moderator, later) == ["", ""]
    assert claims.claim(later, actor_id=moderator.id, case_id=first)
    assert claims.claim(deps, actor_id=moderator.id, case_id=second, leaving=first)
    assert seen_by(owner) == ["", moderator.username]


def test_leaving_a_case_takes_nothing_from_another_moderator(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    first, second = (waiting(deps, private_room, member)[1] for _ in range(2))
    claims.claim(deps, actor_id=owner.id, case_id=first)
    claims.claim(deps, actor_id=moderator.id, case_id=second, leaving=first)
    assert not claims.claim(deps, actor_id=moderator.id, case_id=first)


def test_of_two_moderators_at_once_one_decides(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    message_id, case_id = waiting(deps, private_room, member)

    def decide(who: Someone) -> str:
        action: Any = "keep" if who is owner else "remove"
        try:
            deciding.decide(deps, actor_id=who.id, case_id=case_id, action=action)
        except CaseDecided:
            return "late"
        return action

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(decide, [owner, moderator]))
    assert sorted(found) in (["keep", "late"], ["late", "remove"])
    won = next(each for each in found if each != "late")
    assert status(deps, message_id) == {"keep": "approved", "remove": "removed"}[won]
    logged = rows(deps, "SELECT action FROM moderation_log WHERE message_id = :id", id=message_id)
    assert logged == [(won,)]


def test_a_message_that_its_author_deleted_is_decided_no_more(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    message_id, case_id = waiting(deps, private_room, member)
    messages.delete_message(
        deps, actor_id=member.id, room_id=private_room.id, message_id=message_id
    )
    with pytest.raises(CaseDecided):
        deciding.decide(deps, actor_id=moderator.id, case_id=case_id, action="keep")
    assert queue.list_cases(deps, actor_id=moderator.id, queue=Queue.FLAGGED).cases == ()
    assert queue.count_waiting(deps, actor_id=moderator.id) == 0


def test_several_are_decided_together_and_taken_back_together(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    made = [waiting(deps, private_room, member, f"text {n}") for n in range(4)]
    cases = [case_id for _, case_id in made]
    deciding.decide(deps, actor_id=owner.id, case_id=cases[0], action="keep")
    done = deciding.decide_all(
        deps, actor_id=moderator.id, case_ids=[*cases, cases[1]], action="remove"
    )
    assert len(done) == 3
    assert shown(deps, private_room) == ["text 0", "removed", "removed", "removed"]
    deciding.undo_all(deps, actor_id=moderator.id, made=done[:1])
    assert deciding.undo_all(deps, actor_id=moderator.id, made=done) == 2
    assert shown(deps, private_room) == [f"text {n}" for n in range(4)]
    assert [open_queue(deps, message) for message, _ in made] == ["", *["flagged"] * 3]


def test_a_case_of_another_room_among_several_stops_all_of_them(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone, elsewhere: Any
) -> None:
    stranger, other = elsewhere
    mine, theirs = waiting(deps, private_room, member), waiting(deps, other, stranger)
    with pytest.raises(CaseUnavailable):
        deciding.decide_all(
            deps, actor_id=moderator.id, case_ids=[mine[1], theirs[1]], action="remove"
        )
    assert [status(deps, mine[0]), status(deps, theirs[0])] == ["flagged", "flagged"]


def test_a_decision_can_be_undone_for_ten_minutes_in_its_room_alone(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone, elsewhere: Any
) -> None:
    stranger, other = elsewhere
    message_id, case_id = waiting(deps, private_room, member)
    made = deciding.decide(deps, actor_id=moderator.id, case_id=case_id, action="remove")
    late = replace(deps, clock=lambda: utc_now() + timedelta(minutes=11))
    with pytest.raises(InvalidInput):
        deciding.undo_all(late, actor_id=moderator.id, made=[made])
    for who, room_id in ((stranger, other.id), (stranger, private_room.id), (member, made.room_id)):
        with pytest.raises(ChatError):
            deciding.undo_all(deps, actor_id=who.id, made=[Made(room_id, made.decision_id)])
    assert status(deps, message_id) == "removed"
    assert deciding.undo_all(deps, actor_id=moderator.id, made=[made]) == 1
    assert status(deps, message_id) == "flagged"
    with pytest.raises(InvalidInput):
        deciding.undo_all(deps, actor_id=moderator.id, made=[made])


def test_what_is_known_of_a_person_is_that_of_this_room(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    other = make_room(deps, owner)
    bring_in(deps, other, by=owner, who=member)
    post(deps, other, member, "said elsewhere")
    _, case_id = waiting(deps, private_room, member)
    deciding.decide(deps, actor_id=owner.id, case_id=case_id, action="remove", reason="Rude")
    record.add_note(
        deps, actor_id=owner.id, room_id=private_room.id, account_id=member.id, text="Warned"
    )
    found = record.get_record(
        deps, actor_id=moderator.id, room_id=private_room.id, account_id=member.id
    )
    assert (found.person.id, found.role, found.message_count) == (member.id, "member", 1)
    assert [(e.action, e.by, e.reason) for e in found.decisions] == [
        ("remove", owner.username, "Rude")
    ]
    assert [(note.by, note.reason) for note in found.notes] == [(owner.username, "Warned")]
    assert [(each.text, each.withheld) for each in found.recent] == [(ABUSE, "removed")]
    there = record.get_record(deps, actor_id=owner.id, room_id=other.id, account_id=member.id)
    assert (there.notes, there.decisions, there.removed_count) == ((), (), 0)


@pytest.mark.parametrize("account", ["nobody", "stranger"])
def test_somebody_who_never_was_in_the_room_has_no_record(
    deps: Deps, private_room: Place, moderator: Someone, stranger: Someone, account: str
) -> None:
    account_id = stranger.id if account == "stranger" else 2**40
    with pytest.raises(AccountUnavailable):
        record.get_record(
            deps, actor_id=moderator.id, room_id=private_room.id, account_id=account_id
        )
    with pytest.raises(InvalidInput):
        record.add_note(
            deps, actor_id=moderator.id, room_id=private_room.id, account_id=account_id, text=" "
        )


def test_the_page_costs_the_same_for_one_case_and_for_a_hundred(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    _, case_id = waiting(deps, private_room, member)

    def cost() -> list[int]:
        who: dict[str, Any] = {"actor_id": moderator.id}
        place: dict[str, Any] = {"room_id": private_room.id, "account_id": member.id}
        calls: list[Callable[[], object]] = [
            lambda: queue.get_desk(deps, **who),
            lambda: queue.list_cases(deps, **who, queue=Queue.FLAGGED, limit=100),
            lambda: review.get_case(deps, **who, case_id=case_id),
            lambda: record.get_record(deps, **who, **place),
        ]
        found = []
        for call in calls:
            with counted_queries(deps) as statements:
                call()
            found.append(len(statements))
        return found

    with_one = cost()
    for n in range(99):
        waiting(deps, private_room, member, f"text {n}")
    assert cost() == with_one
    assert sum(with_one) <= 30


def test_a_persons_record_says_in_words_what_the_model_did(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    for hides in (False, True):
        moderated(deps, private_room, Mode.SEMI_AUTO, hides_flagged=hides)
        post(deps, private_room, member, ABUSE)
        judging.judge_waiting(deps)
    found = record.get_record(
        deps, actor_id=moderator.id, room_id=private_room.id, account_id=member.id
    )
    assert [entry.title for entry in record_row(found).decisions] == [
        "Hidden for review by model and rules",
        "Flagged by model and rules",
    ]
