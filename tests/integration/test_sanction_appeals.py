"""People object to their time-outs and bans, once each; others answer, and each end is defined."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import sqlalchemy_url, transaction
from chatrooms.db.migrations import migrate
from chatrooms.domain.errors import (
    CaseDecided,
    CaseUnavailable,
    ChatError,
    InvalidInput,
    NotAllowed,
    NotSignedIn,
    RoomUnavailable,
    SanctionUnavailable,
    TimedOut,
)
from chatrooms.domain.moderation import Queue
from chatrooms.domain.permissions import Role
from chatrooms.services import maintenance, members, notifications, rooms
from chatrooms.services.moderation import (
    claims,
    deciding,
    decisions,
    log,
    log_export,
    queue,
    record,
    sanction_answers,
    sanction_appeals,
    sanctions,
)
from chatrooms.services.moderation.log_filter import LogFilter, LogKind
from chatrooms.services.moderation.sanction_review import SanctionCase, get_any_case
from chatrooms.state.audit_words import log_row
from chatrooms.state.notices import notification_row, title_of
from tests.support.inspect import change, room_name, rows, waiting_for_locks
from tests.support.moderation import waiting
from tests.support.old_tables import database_at
from tests.support.people import Place, Someone, bring_in, deactivate, make_room, post, sign_up
from tests.support.servers import RunningServer
from tests.support.threads import at_once
from tests.support.waiting import wait_until

WHY = "It was a quotation"
Impose = Callable[..., int]


def time_out(deps: Deps, room: Place, by: Someone, who: Someone, minutes: int = 60) -> int:
    whom: dict[str, Any] = {"actor_id": by.id, "room_id": room.id, "account_id": who.id}
    return sanctions.time_out(deps, **whom, minutes=minutes, reason="Cool down")


def ban(deps: Deps, room: Place, by: Someone, who: Someone) -> int:
    whom: dict[str, Any] = {"actor_id": by.id, "room_id": room.id, "account_id": who.id}
    return sanctions.ban(deps, **whom, reason="Enough")


def appeal(deps: Deps, who: Someone, sanction_id: Any, why: str = WHY) -> None:
    sanction_appeals.appeal(deps, actor_id=who.id, sanction_id=sanction_id, text=why)


def answer(deps: Deps, by: Someone, case_id: Any, action: Any = "lift", reason: str = "") -> None:
    sanction_answers.answer(deps, actor_id=by.id, case_id=case_id, action=action, reason=reason)


def case_of(deps: Deps, sanction_id: int) -> int:
    """The case in which an appeal waits, or waited; 0 for none."""
    found = rows(
        deps,
        "SELECT c.id FROM cases c JOIN sanction_appeals a ON a.id = c.sanction_appeal_id "
        "WHERE a.sanction_id = :id",
        id=sanction_id,
    )
    return found[0][0] if found else 0


def outcome(deps: Deps, sanction_id: int) -> tuple[str, int | None, str, bool]:
    """How an appeal ended, through whom, why, and whether its case is closed."""
    ((how, by_id, why, is_closed),) = rows(
        deps,
        "SELECT a.outcome, a.decided_by, a.answer, c.closed_at IS NOT NULL FROM sanction_appeals a "
        "JOIN cases c ON c.sanction_appeal_id = a.id WHERE a.sanction_id = :id",
        id=sanction_id,
    )
    return how, by_id, why, is_closed


def look(deps: Deps, who: Someone, case_id: int) -> SanctionCase:
    found = get_any_case(deps, actor_id=who.id, case_id=case_id)
    assert isinstance(found, SanctionCase)
    return found


def listed(deps: Deps, who: Someone) -> list[int]:
    page = queue.list_cases(deps, actor_id=who.id, queue=Queue.APPEALS)
    return [case.id for case in page.cases]


def bell(deps: Deps, who: Someone) -> list[str]:
    """The titles of what somebody was told of sanctions and appeals and has not read."""
    found = notifications.list_notifications(deps, actor_id=who.id)
    kinds = ("sanctioned", "sanction_appeal")
    return [title_of(each) for each in found if each.kind in kinds and not each.is_read]


def state_of(deps: Deps, who: Someone, sanction_id: int) -> tuple[bool, str]:
    """What the bell shows beneath a sanction: whether one can appeal, and what became of it."""
    found = notifications.list_notifications(deps, actor_id=who.id)
    told = [notification_row(each) for each in found]
    ((can, words),) = [(r.can_appeal, r.answer) for r in told if r.sanction_id == sanction_id]
    return can, words


@pytest.fixture
def room(private_room: Place) -> Place:
    return private_room


@pytest.fixture
def other(deps: Deps, room: Place, owner: Someone) -> Someone:
    """Another moderator."""
    return bring_in(deps, room, by=owner, who=sign_up(deps, "other"), role=Role.MODERATOR)


@pytest.mark.parametrize("impose", [time_out, ban])
@pytest.mark.parametrize(
    ("actor", "error"),
    [
        ("member", None),
        ("moderator", SanctionUnavailable),
        ("owner", SanctionUnavailable),
        ("stranger", SanctionUnavailable),
        ("deactivated", NotSignedIn),
    ],
)
def test_only_who_is_under_a_sanction_appeals_against_it(
    deps: Deps,
    room: Place,
    moderator: Someone,
    member: Someone,
    request: pytest.FixtureRequest,
    impose: Impose,
    actor: str,
    error: type[ChatError] | None,
) -> None:
    imposed = impose(deps, room, moderator, member)
    assert state_of(deps, member, imposed) == (True, "")
    who: Someone = request.getfixturevalue(actor)
    if error is None:
        appeal(deps, who, imposed)
        assert listed(deps, moderator) == [case_of(deps, imposed)]
        waits = (False, "You appealed. A moderator will look at it.")
        assert state_of(deps, who, imposed) == waits
        return
    with pytest.raises(error):
        appeal(deps, who, imposed)
    assert listed(deps, moderator) == []


@pytest.mark.parametrize("claimed", [0, -1, 2**63, 10**12, True, None, "1", [1]])
def test_an_id_of_nothing_is_refused_as_one_of_somebody_else(
    deps: Deps, room: Place, owner: Someone, member: Someone, stranger: Someone, claimed: Any
) -> None:
    imposed = ban(deps, room, owner, member)
    for sanction_id in (claimed, imposed):
        with pytest.raises(SanctionUnavailable):
            appeal(deps, stranger, sanction_id)
    with pytest.raises(CaseUnavailable):
        answer(deps, owner, claimed)
    appeal(deps, member, imposed)


def test_one_appeals_once_with_a_text(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, owner, member)
    for why in ("", "  ", "x" * 1_001):
        with pytest.raises(InvalidInput):
            appeal(deps, member, imposed, why)
    results = at_once([lambda: appeal(deps, member, imposed)] * 2)
    assert sorted(type(each).__name__ for each in results) == ["InvalidInput", "NoneType"]
    answer(deps, owner, case_of(deps, imposed), "uphold")
    with pytest.raises(InvalidInput, match="already"):
        appeal(deps, member, imposed)
    elsewhere = make_room(deps, owner)
    bring_in(deps, elsewhere, by=owner, who=member)
    appeal(deps, member, time_out(deps, elsewhere, owner, member), "x" * 1_000)


def test_against_what_ended_there_is_no_appeal(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = time_out(deps, room, owner, member)
    sanctions.lift(deps, actor_id=owner.id, room_id=room.id, sanction_id=imposed)
    assert state_of(deps, member, imposed) == (False, "")
    over = time_out(deps, room, owner, member)
    run_out(deps, over)
    for sanction_id in (imposed, over):
        with pytest.raises(InvalidInput, match="ended"):
            appeal(deps, member, sanction_id)
    appeal(deps, member, time_out(deps, room, owner, member))


def run_out(deps: Deps, sanction_id: int) -> None:
    past = deps.clock() - timedelta(seconds=1)
    change(deps, "UPDATE sanctions SET until = :past WHERE id = :id", past=past, id=sanction_id)


@pytest.mark.parametrize("impose", [time_out, ban])
@pytest.mark.parametrize("action", ["lift", "uphold"])
@pytest.mark.parametrize(
    ("actor", "error"),
    [
        ("other", None),
        ("owner", None),
        ("moderator", NotAllowed),
        ("member", CaseUnavailable),
        ("stranger", CaseUnavailable),
        ("removed", CaseUnavailable),
        ("deactivated", CaseUnavailable),
    ],
)
def test_another_moderator_answers_and_not_who_imposed_it(
    deps: Deps,
    room: Place,
    moderator: Someone,
    member: Someone,
    other: Someone,
    request: pytest.FixtureRequest,
    impose: Impose,
    action: str,
    actor: str,
    error: type[ChatError] | None,
) -> None:
    imposed = impose(deps, room, moderator, member)
    appeal(deps, member, imposed)
    case_id, who = case_of(deps, imposed), request.getfixturevalue(actor)
    if error is not None:
        with pytest.raises(error):
            answer(deps, who, case_id, action)
        assert outcome(deps, imposed) == ("", None, "", False)
        return
    answer(deps, who, case_id, action, "Looked at it")
    how = {"lift": "lifted", "uphold": "upheld"}[action]
    assert outcome(deps, imposed) == (how, who.id, "Looked at it", True)
    stands = [s.id for s in sanctions.list_sanctions(deps, actor_id=who.id, room_id=room.id)]
    assert stands == ([] if action == "lift" else [imposed])


def test_it_comes_to_those_who_may_answer_and_who_imposed_it_sees_why_not(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, other: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, moderator, member)
    appeal(deps, member, imposed)
    case_id = case_of(deps, imposed)
    name = look(deps, owner, case_id).room_name
    alert = [f"Somebody appeals against a time-out or ban in {name}"]
    assert [bell(deps, who) for who in (owner, other, moderator)] == [alert, alert, []]
    for who in (owner, other, moderator):
        assert listed(deps, who) == [case_id]
    assert look(deps, other, case_id).why_not == look(deps, owner, case_id).why_not == ""
    assert "Another moderator" in look(deps, moderator, case_id).why_not
    taken = [claims.claim(deps, actor_id=w.id, case_id=case_id) for w in (moderator, other)]
    assert taken == [False, True]
    assert look(deps, moderator, case_id).claimed_by == other.username
    answer(deps, other, case_id, "uphold")
    assert [bell(deps, who) for who in (owner, other, moderator)] == [[], [], []]


def test_an_owner_answers_also_against_the_own_decision(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, owner, member)
    appeal(deps, member, imposed)
    assert len(bell(deps, owner)) == 1
    answer(deps, owner, case_of(deps, imposed))
    assert outcome(deps, imposed)[:2] == ("lifted", owner.id)


def test_a_moderators_appeal_is_for_those_who_outrank_them(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, other: Someone
) -> None:
    imposed = time_out(deps, room, owner, moderator)
    appeal(deps, moderator, imposed)
    case_id = case_of(deps, imposed)
    assert bell(deps, other) == []
    assert look(deps, other, case_id).why_not == "An owner answers an appeal of a moderator."
    with pytest.raises(NotAllowed, match="An owner"):
        answer(deps, other, case_id)
    with pytest.raises(CaseUnavailable):
        answer(deps, moderator, case_id)
    answer(deps, owner, case_id)
    with pytest.raises(CaseDecided):
        answer(deps, owner, case_id)


def test_of_two_answers_at_once_the_first_counts(
    deps: Deps, room: Place, moderator: Someone, owner: Someone, other: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, moderator, member)
    appeal(deps, member, imposed)
    case_id = case_of(deps, imposed)
    with ThreadPoolExecutor(2) as pool, transaction(deps.sessions) as tx:
        tx.execute(text("SELECT 1 FROM cases WHERE id = :id FOR UPDATE"), {"id": case_id})
        answers = [
            pool.submit(answer, deps, owner, case_id, "lift"),
            pool.submit(answer, deps, other, case_id, "uphold"),
        ]
        wait_until(lambda: waiting_for_locks(deps) == 2, what="both are under way")
        tx.commit()
        results = [each.exception(30) for each in answers]
    assert sorted(type(each).__name__ for each in results) == ["CaseDecided", "NoneType"]
    how, by_id, _, is_closed = outcome(deps, imposed)
    assert (how, by_id) in (("lifted", owner.id), ("upheld", other.id))
    assert is_closed
    answered = rows(
        deps,
        "SELECT action FROM moderation_log WHERE room_id = :id AND detail ->> 'appeal' <> ''",
        id=room.id,
    )
    assert answered == [({"lifted": "lift", "upheld": "uphold"}[how],)]
    assert len(bell(deps, member)) == 2


def test_the_person_is_told_the_outcome_with_the_reason(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    first = time_out(deps, room, owner, member)
    appeal(deps, member, first)
    answer(deps, owner, case_of(deps, first), "uphold", "It hurt somebody")
    assert (
        bell(deps, member)[0]
        == f"Your appeal was denied: you stay timed out in {room_name(deps, room.id)}"
    )
    denied = "You appealed. The time-out stands: It hurt somebody"
    assert state_of(deps, member, first) == (False, denied)
    with pytest.raises(TimedOut):
        post(deps, room, member)
    second = ban(deps, room, owner, member)
    appeal(deps, member, second)
    answer(deps, owner, case_of(deps, second), "lift")
    granted = f"Your appeal was granted: you are no longer banned from {room_name(deps, room.id)}"
    assert bell(deps, member)[0] == granted
    assert state_of(deps, member, second) == (False, "You appealed. The ban was lifted.")


def test_lifting_it_otherwise_grants_the_appeal(
    deps: Deps, room: Place, moderator: Someone, owner: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, moderator, member)
    appeal(deps, member, imposed)
    sanctions.lift(
        deps, actor_id=moderator.id, room_id=room.id, sanction_id=imposed, reason="My mistake"
    )
    assert outcome(deps, imposed) == ("lifted", moderator.id, "My mistake", True)
    assert bell(deps, owner) == []
    with pytest.raises(CaseDecided):
        answer(deps, owner, case_of(deps, imposed), "uphold")


def test_an_appeal_ends_with_the_time_out_that_it_is_against(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    imposed = time_out(deps, room, moderator, member)
    appeal(deps, member, imposed)
    run_out(deps, imposed)
    with pytest.raises(CaseDecided, match="over"):
        answer(deps, owner, case_of(deps, imposed), "uphold")
    assert [sanctions.end_overdue(deps), sanctions.end_overdue(deps)] == [1, 0]
    assert outcome(deps, imposed) == ("expired", None, "", True)
    assert bell(deps, owner) == []
    ended = "You appealed. The time-out ended before anybody answered."
    assert state_of(deps, member, imposed) == (False, ended)


def test_what_a_lost_worker_left_is_ended_by_the_next(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = time_out(deps, room, owner, member)
    appeal(deps, member, imposed)
    run_out(deps, imposed)
    change(deps, "UPDATE sanctions SET lifted_at = until WHERE id = :id", id=imposed)
    assert sanctions.end_overdue(deps) == 0
    assert outcome(deps, imposed) == ("expired", None, "", True)


@pytest.mark.parametrize(("is_over", "how"), [(False, "replaced"), (True, "expired")])
def test_a_new_sanction_ends_the_appeal_against_the_one_before(
    deps: Deps, room: Place, owner: Someone, member: Someone, is_over: bool, how: str
) -> None:
    first = time_out(deps, room, owner, member)
    appeal(deps, member, first)
    if is_over:
        run_out(deps, first)
    second = ban(deps, room, owner, member)
    assert outcome(deps, first) == (how, None, "", True)
    with pytest.raises(InvalidInput):
        appeal(deps, member, first)
    appeal(deps, member, second)
    assert listed(deps, owner) == [case_of(deps, second)]


def test_appealing_opens_nothing_of_the_room(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    room = public_room
    members.join_room(deps, actor_id=stranger.id, room_id=room.id)
    imposed = ban(deps, room, owner, stranger)
    name = room_name(deps, room.id)
    told_before = notifications.list_notifications(deps, actor_id=stranger.id)
    appeal(deps, stranger, imposed)
    case_id = case_of(deps, imposed)

    def reads() -> None:
        for act in (
            lambda: rooms.open_room(deps, actor_id=stranger.id, slug=room.slug),
            lambda: members.list_members(deps, actor_id=stranger.id, room_id=room.id),
            lambda: members.join_room(deps, actor_id=stranger.id, room_id=room.id),
            lambda: sanctions.list_sanctions(deps, actor_id=stranger.id, room_id=room.id),
        ):
            with pytest.raises(RoomUnavailable):
                act()
        for look_in in (look, lambda d, w, c: claims.claim(d, actor_id=w.id, case_id=c)):
            with pytest.raises(CaseUnavailable):
                look_in(deps, stranger, case_id)
        assert listed(deps, stranger) == []

    reads()
    change(deps, "UPDATE rooms SET name = 'A new name' WHERE id = :id", id=room.id)
    answer(deps, owner, case_id, "uphold", "No")
    reads()
    found = notifications.list_notifications(deps, actor_id=stranger.id)
    assert {each.room_name for each in told_before} == {name}
    assert {each.room_name for each in found} == {room.slug}
    assert not any(each.by for each in found)
    assert sanction_appeals.find_own(deps, actor_id=stranger.id, room_id=room.id) == imposed


def test_moderators_see_what_it_is_about(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    said = [post(deps, room, member, f"Insult number {number}") for number in range(3)]
    for message_id in said[:2]:
        decisions.remove(
            deps, actor_id=owner.id, room_id=room.id, message_id=message_id, reason="Rude"
        )
    decisions.keep(deps, actor_id=owner.id, room_id=room.id, message_id=said[0])
    imposed = time_out(deps, room, moderator, member, 30)
    appeal(deps, member, imposed)
    shown = look(deps, owner, case_of(deps, imposed))
    assert (shown.kind, shown.imposed_by, shown.reason) == (
        "time_out",
        moderator.username,
        "Cool down",
    )
    assert (shown.appeal, shown.person.id) == (WHY, member.id)
    assert shown.until is not None
    assert round((shown.until - shown.imposed_at) / timedelta(minutes=1)) == 30
    (removed,) = shown.removals
    assert (removed.text, removed.by, removed.reason) == ("Insult number 1", owner.username, "Rude")
    known = record.get_record(deps, actor_id=owner.id, room_id=room.id, account_id=member.id)
    assert known.removed_count == 2
    (case,) = queue.list_cases(
        deps, actor_id=owner.id, queue=Queue.APPEALS, wanted="quotation"
    ).cases
    assert (case.sanction, case.text, case.author) == ("time_out", WHY, member.username)
    assert not queue.list_cases(deps, actor_id=owner.id, queue=Queue.APPEALS, wanted="tulip").cases


def test_the_person_is_known_beside_the_case_also_if_they_never_were_a_member(
    deps: Deps, public_room: Place, owner: Someone, stranger: Someone
) -> None:
    imposed = ban(deps, public_room, owner, stranger)
    appeal(deps, stranger, imposed)
    known = record.get_record(
        deps, actor_id=owner.id, room_id=public_room.id, account_id=stranger.id
    )
    assert [each.kind for each in known.sanctions] == ["ban"]


def test_it_is_not_decided_as_a_message_is(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    _, message_case = waiting(deps, room, member, queue=Queue.APPEALS)
    imposed = time_out(deps, room, owner, member)
    appeal(deps, member, imposed)
    case_id = case_of(deps, imposed)
    with pytest.raises(InvalidInput):
        deciding.decide(deps, actor_id=owner.id, case_id=case_id, action="keep")
    with pytest.raises(CaseUnavailable):
        answer(deps, owner, message_case)
    with pytest.raises(InvalidInput):
        answer(deps, owner, case_id, "keep")
    made = deciding.decide_all(
        deps, actor_id=owner.id, case_ids=[case_id, message_case], action="keep"
    )
    assert len(made) == 1
    assert listed(deps, owner) == [case_id]


def test_a_case_of_another_room_is_as_one_that_is_not_there(
    deps: Deps, room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    make_room(deps, stranger)
    imposed = ban(deps, room, owner, member)
    appeal(deps, member, imposed)
    case_id = case_of(deps, imposed)
    for act in (look, answer):
        with pytest.raises(CaseUnavailable):
            act(deps, stranger, case_id)
    look(deps, owner, case_id)


def test_the_log_tells_finds_and_exports_the_answers(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    for impose, action in ((time_out, "uphold"), (ban, "lift")):
        imposed = impose(deps, room, moderator, member)
        appeal(deps, member, imposed)
        answer(deps, owner, case_of(deps, imposed), action, "Looked at it")

    def found(kind: LogKind) -> list[tuple[str, str, str]]:
        wanted = LogFilter(room=room.slug, kind=kind)
        page = log.list_entries(deps, actor_id=moderator.id, wanted=wanted)
        told = [log_row(entry) for entry in page.entries]
        return [(row.what, row.by, row.fate) for row in told]

    granted = ("Appeal granted: ban lifted", owner.username, "")
    denied = ("Appeal denied: time-out upheld", owner.username, "")
    assert found(LogKind.APPEALS) == [granted, denied]
    assert found(LogKind.SANCTIONS) == [
        granted,
        ("Banned", moderator.username, f"Lifted by {owner.username}"),
        denied,
        ("Timed out", moderator.username, f"Upheld by {owner.username}"),
    ]
    wanted = LogFilter(room=room.slug, kind=LogKind.SANCTIONS)
    lines = log_export.export_piece(deps, actor_id=owner.id, wanted=wanted).lines
    table = csv.DictReader(io.StringIO(lines, newline=""), log_export.COLUMNS)
    cells = [(row["action"], row["reason"], row["outcome"]) for row in table]
    assert cells == [
        ("lift", "Looked at it", ""),
        ("ban", "Enough", "lifted"),
        ("uphold", "Looked at it", ""),
        ("time_out", "Cool down", "upheld"),
    ]


def test_a_time_out_that_was_upheld_and_lifted_later_counts_as_lifted(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = time_out(deps, room, owner, member)
    appeal(deps, member, imposed)
    answer(deps, owner, case_of(deps, imposed), "uphold")
    sanctions.lift(deps, actor_id=owner.id, room_id=room.id, sanction_id=imposed)
    assert outcome(deps, imposed)[0] == "upheld"
    page = log.list_entries(deps, actor_id=owner.id, wanted=LogFilter(room=room.slug))
    told = [log_row(entry) for entry in page.entries]
    assert [(row.what, row.fate) for row in told][-1:] == [
        ("Timed out", f"Lifted by {owner.username}")
    ]
    assert told[0].what == "Time-out lifted"


def test_it_waits_while_the_room_is_archived(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, owner, member)
    rooms.set_archived(deps, actor_id=owner.id, room_id=room.id, is_archived=True)
    appeal(deps, member, imposed)
    case_id = case_of(deps, imposed)
    assert listed(deps, owner) == []
    with pytest.raises(CaseUnavailable):
        answer(deps, owner, case_id)
    rooms.set_archived(deps, actor_id=owner.id, room_id=room.id, is_archived=False)
    assert listed(deps, owner) == [case_id]
    answer(deps, owner, case_id)


def test_it_is_answered_also_when_who_imposed_it_left_and_who_appealed_is_out_of_use(
    deps: Deps, admin: Someone, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, moderator, member)
    appeal(deps, member, imposed)
    members.leave_room(deps, actor_id=moderator.id, room_id=room.id)
    deactivate(deps, admin, member)
    case_id = case_of(deps, imposed)
    with pytest.raises(CaseUnavailable):
        answer(deps, moderator, case_id)
    assert look(deps, owner, case_id).imposed_by == moderator.username
    answer(deps, owner, case_id)
    assert outcome(deps, imposed)[:2] == ("lifted", owner.id)


def test_who_was_banned_by_an_earlier_version_finds_the_way_to_appeal(
    postgres: RunningServer,
) -> None:
    with database_at(postgres.url, "0016") as url:
        engine = create_engine(sqlalchemy_url(url))
        with engine.begin() as connection:
            connection.execute(
                text("""
                    INSERT INTO accounts (username, name, hue, password_hash, is_admin)
                        VALUES ('mara', 'Mara', 1, '', false), ('ben', 'Ben', 1, '', false);
                    INSERT INTO rooms (slug, name, description, topic, is_private, member_count,
                        created_by) VALUES ('room', 'Room', '', '', false, 1, 1);
                    INSERT INTO sanctions (room_id, account_id, kind, by_id, lifted_at)
                        VALUES (1, 2, 'time_out', 1, now()), (1, 2, 'ban', 1, NULL);
                    INSERT INTO notifications (account_id, kind, group_key, room_id, detail)
                        VALUES (2, 'sanctioned', 'a', 1, 'ban:0:Earlier'),
                            (2, 'sanctioned', 'b', 1, 'time_out:60:'),
                            (2, 'sanctioned', 'c', 1, 'ban:0:Enough'),
                            (1, 'sanctioned', 'd', 1, 'ban:0:Of others');
                """)
            )
        migrate(url)
        with engine.connect() as connection:
            found = connection.execute(text("SELECT sanction_id FROM notifications ORDER BY id"))
            assert list(found.scalars()) == [None, None, 2, None]
        engine.dispose()


def test_the_way_to_appeal_is_kept_as_long_as_the_ban(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    imposed = ban(deps, room, owner, member)
    old = "UPDATE notifications SET updated_at = now() - interval '31 days' WHERE account_id = :id"
    change(deps, old, id=member.id)
    maintenance.prune(deps)
    assert state_of(deps, member, imposed) == (True, "")
    sanctions.lift(deps, actor_id=owner.id, room_id=room.id, sanction_id=imposed)
    change(deps, old, id=member.id)
    maintenance.prune(deps)
    assert notifications.list_notifications(deps, actor_id=member.id) == []
