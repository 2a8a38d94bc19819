"""The moderation log: who sees which entries, page by page; removals that are reviewed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import sqlalchemy_url
from chatrooms.db.migrations import migrate
from chatrooms.domain.errors import (
    CaseDecided,
    ChatError,
    MessageUnavailable,
    NotAllowed,
)
from chatrooms.domain.moderation import Mode, Queue, RuleAction
from chatrooms.domain.permissions import Role
from chatrooms.domain.rules import RuleDraft
from chatrooms.services import members, messages
from chatrooms.services.moderation import (
    appeals,
    deciding,
    decisions,
    judging,
    log,
    numbers,
    policies,
    reviewing,
    rules,
    sanctions,
    undoing,
)
from chatrooms.services.moderation.log import LogEntry
from chatrooms.services.moderation.log_fates import Turn
from chatrooms.services.moderation.log_filter import LogFilter, LogKind, parameters, read_filter
from chatrooms.services.moderation.policies import PolicyDraft
from tests.support.inspect import counted_queries, rows
from tests.support.moderation import (
    ABUSE,
    HARMLESS,
    moderated,
    open_queue,
    shown,
    status,
)
from tests.support.old_tables import database_at
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up
from tests.support.servers import RunningServer


@pytest.fixture
def room(deps: Deps, private_room: Place) -> Place:
    """An auto room in which messages show at once and abuse is removed."""
    return moderated(deps, private_room, holds=False)


@pytest.fixture
def elsewhere(deps: Deps, stranger: Someone) -> tuple[Place, Someone]:
    """Another room with an automatic removal, and who moderates it."""
    place = moderated(deps, make_room(deps, stranger), holds=False)
    author = bring_in(deps, place, by=stranger, who=sign_up(deps, "author"))
    removed(deps, place, author)
    return place, stranger


def removed(deps: Deps, room: Place, author: Someone, body: str = ABUSE) -> int:
    """A message that the model removed."""
    message_id = post(deps, room, author, body)
    judging.judge_waiting(deps)
    assert status(deps, message_id) == "removed"
    return message_id


def read(deps: Deps, who: Someone, **wanted: str) -> list[LogEntry]:
    """What the log shows under these parameters of its address."""
    asked = {name.removesuffix("_"): value for name, value in wanted.items()}
    return list(log.list_entries(deps, actor_id=who.id, wanted=read_filter(asked)).entries)


def entry_of(deps: Deps, who: Someone, message_id: int) -> LogEntry:
    """The oldest entry about a message: what model or rules did."""
    return read(deps, who, message=str(message_id))[-1]


def review(deps: Deps, who: Someone, message_id: int) -> int:
    """The case in which a removal waits once somebody looks at it."""
    rows_ = rows(
        deps,
        "SELECT min(id) FROM moderation_log WHERE message_id = :id AND action = 'remove'",
        id=message_id,
    )
    return reviewing.review(deps, actor_id=who.id, entry_id=rows_[0][0]).case_id


def test_an_automatic_removal_says_by_which_model_why_and_what_became_of_it(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    message_id = removed(deps, room, member)
    entry = entry_of(deps, moderator, message_id)
    assert (entry.action, entry.by_name, entry.about_username) == ("remove", "", member.username)
    assert entry.found is not None
    assert entry.text is not None
    assert entry.found.model
    assert entry.found.score is not None
    assert entry.found.score >= entry.found.remove_threshold == 0.8
    assert entry.found.words
    assert [ABUSE[mark.start : mark.end] for mark in entry.text.marks]
    assert entry.text.body == ABUSE
    assert (entry.fate, entry.can_review) == (None, True)
    deciding.decide(
        deps, actor_id=moderator.id, case_id=review(deps, moderator, message_id), action="keep"
    )
    kept, entry = read(deps, moderator, message=str(message_id))
    assert (kept.action, kept.by_username) == ("keep", moderator.username)
    assert entry.fate is not None
    assert not entry.can_review
    assert (entry.fate.turn, entry.fate.by) == (Turn.OVERTURNED, moderator.username)
    undoing.undo(deps, actor_id=moderator.id, room_id=room.id, decision_id=kept.id)
    undo, kept, entry = read(deps, moderator, message=str(message_id))
    assert (undo.undone, kept.fate and kept.fate.turn, entry.fate) == ("keep", Turn.UNDONE, None)


def test_moderators_are_told_of_removals_apart_from_what_waits(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    told = "SELECT kind, message_id FROM notifications WHERE account_id = :id ORDER BY id DESC"
    moderated(deps, room, Mode.SEMI_AUTO)
    flagged = post(deps, room, member, ABUSE)
    judging.judge_waiting(deps)
    moderated(deps, room, holds=False)
    gone = removed(deps, room, member)
    newest = rows(deps, told, id=moderator.id)[:2]
    assert newest == [("auto_removed", gone), ("unsafe", flagged)]


def test_what_its_author_deletes_is_erased_from_the_log_and_from_the_file(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    message_id = removed(deps, room, member)
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=message_id)
    entry = entry_of(deps, moderator, message_id)
    assert entry.text is not None
    assert entry.found is not None
    assert (entry.text.body, entry.text.is_deleted, entry.found.words) == ("", True, ())
    assert not entry.can_review
    with pytest.raises(CaseDecided):
        review(deps, moderator, message_id)


@pytest.fixture
def busy(
    deps: Deps, room: Place, owner: Someone, moderator: Someone, member: Someone
) -> dict[str, int]:
    """A room in which everything that the log tells of has happened; ids of messages by name."""
    moderated(deps, room, Mode.SEMI_AUTO)
    flagged = post(deps, room, member, ABUSE)
    judging.judge_waiting(deps)
    moderated(deps, room, holds=False)
    rules.add_rule(
        deps,
        actor_id=owner.id,
        room_id=room.id,
        draft=RuleDraft("Cats", "words", RuleAction.REMOVE.value, {"words": "cats"}),
    )
    by_rule = removed(deps, room, member, "I like cats")
    by_model = removed(deps, room, moderator)
    where: dict[str, Any] = {"actor_id": moderator.id, "room_id": room.id}
    decisions.remove(deps, **where, message_id=flagged, reason="Rude")
    appeals.appeal(
        deps, actor_id=member.id, room_id=room.id, message_id=flagged, text="It was a joke"
    )
    decisions.keep(deps, actor_id=owner.id, room_id=room.id, message_id=flagged)
    draft = PolicyDraft({"flag_threshold": 0.4})
    policies.change_policy(deps, actor_id=owner.id, room_id=room.id, draft=draft)
    sanctions.time_out(deps, **where, account_id=member.id, minutes=5, reason="Calm down")
    return {"flagged": flagged, "by_rule": by_rule, "by_model": by_model}


def test_filters_narrow_the_log(
    deps: Deps,
    room: Place,
    busy: dict[str, int],
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    def acts(**wanted: str) -> list[str]:
        return [entry.action for entry in read(deps, moderator, room=room.slug, **wanted)]

    whole = ["time_out", "policy", "keep", "remove", "remove", "remove", "rule_added", "flag"]
    assert acts() == whole
    assert acts(by="model") == ["remove", "flag"]
    assert acts(by="rules") == ["remove"]
    assert acts(by=f"@{owner.username.upper()}") == ["policy", "keep", "rule_added"]
    assert acts(by=f"@{owner.username}", kind="settings") == ["policy", "rule_added"]
    assert acts(about=moderator.username) == ["remove"]
    assert acts(about=f"@{member.username}", kind="sanctions") == ["time_out"]
    assert acts(kind="flagged") == ["flag"]
    assert acts(kind="removed") == ["remove"] * 3
    assert acts(kind="appeals") == ["keep"]
    assert acts(kind="undone") == acts(by="@nobody-has-this-name") == []
    assert acts(message=str(busy["flagged"])) == ["keep", "remove", "flag"]
    today = deps.clock().date()
    assert acts(from_=today.isoformat(), to=today.isoformat()) == whole
    assert acts(to=(today - timedelta(days=1)).isoformat()) == []
    assert acts(from_=(today + timedelta(days=1)).isoformat()) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "everything"},
        {"by": "somebody"},
        {"from": "yesterday"},
        {"to": "0002-01-01"},
        {"message": "-1"},
        {"message": "9" * 30},
    ],
)
def test_a_filter_that_is_none_is_refused_instead_of_left_out(asked: dict[str, str]) -> None:
    with pytest.raises(ChatError):
        read_filter(asked)


def test_a_filter_stands_in_its_address() -> None:
    asked = {
        "room": "garden",
        "by": "@mara",
        "kind": "unchecked-7",
        "about": "jo",
        "from": "2026-01-31",
        "to": "2026-02-01",
        "message": "7",
    }
    assert parameters(read_filter(asked)) == asked


def test_only_removals_that_stand_and_nobody_looked_at_are_left_to_look_at(
    deps: Deps, room: Place, member: Someone, moderator: Someone, owner: Someone
) -> None:
    old, kept, confirmed, undone, gone, left = [removed(deps, room, member) for _ in range(6)]
    where: dict[str, Any] = {"actor_id": moderator.id, "room_id": room.id}
    decisions.keep(deps, **where, message_id=kept)
    decisions.remove(deps, **where, message_id=confirmed)
    taken_back = decisions.keep(deps, **where, message_id=undone)
    undoing.undo(deps, **where, decision_id=taken_back)
    messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=gone)

    def unchecked(kind: LogKind, *, days: int = 0) -> list[int]:
        later = with_clock(deps, days=days)
        found = log.list_entries(later, actor_id=owner.id, wanted=LogFilter(room.slug, kind=kind))
        return [entry.text.id for entry in found.entries if entry.text]

    assert unchecked(LogKind.UNCHECKED_7) == [left, undone, old]
    assert unchecked(LogKind.UNCHECKED_7, days=8) == []
    assert unchecked(LogKind.UNCHECKED_30, days=8) == [left, undone, old]
    assert unchecked(LogKind.UNCHECKED_30, days=31) == []


def with_clock(deps: Deps, *, days: int) -> Deps:
    """The same dependencies, so many days later."""

    return replace(deps, clock=lambda: deps.clock() + timedelta(days=days))


def demoted(deps: Deps, room: Place, owner: Someone, who: Someone) -> None:
    members.change_role(
        deps, actor_id=owner.id, room_id=room.id, account_id=who.id, role=Role.MEMBER.value
    )


def test_one_sees_the_log_of_the_rooms_that_one_moderates_now(
    deps: Deps,
    room: Place,
    elsewhere: tuple[Place, Someone],
    owner: Someone,
    moderator: Someone,
    member: Someone,
) -> None:
    place, other = elsewhere
    theirs = read(deps, other)[0]
    mine = removed(deps, room, member)
    assert [entry.text and entry.text.id for entry in read(deps, moderator)] == [mine]
    for wanted in ({"room": place.slug}, {"message": str(theirs.text and theirs.text.id)}):
        assert read(deps, other, **wanted) == [theirs]
        assert read(deps, moderator, **wanted) == []
    with pytest.raises(MessageUnavailable):
        reviewing.review(deps, actor_id=moderator.id, entry_id=theirs.id)
    demoted(deps, room, owner, moderator)
    for who in (moderator, member):
        with pytest.raises(NotAllowed):
            read(deps, who)
        with pytest.raises(MessageUnavailable):
            review(deps, who, mine)
    assert open_queue(deps, mine) == ""


def test_what_concerns_the_whole_site_is_for_administrators(
    deps: Deps, admin: Someone, room: Place, moderator: Someone
) -> None:
    draft = RuleDraft("Dogs", "words", RuleAction.FLAG.value, {"words": "dogs-only"})
    rule = rules.add_rule(deps, actor_id=admin.id, room_id=None, draft=draft)
    rules.delete_rule(deps, actor_id=admin.id, room_id=None, rule_id=rule)
    assert [entry.action for entry in read(deps, admin, room="-")] == ["rule_deleted", "rule_added"]
    assert read(deps, moderator, room="-") == []
    assert not [entry for entry in read(deps, moderator) if not entry.room_slug]


def test_pages_have_neither_gaps_nor_repeats_while_the_log_grows(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    for _ in range(7):
        removed(deps, room, member)
    before = [entry.id for entry in read(deps, moderator)]
    seen: list[int] = []
    after = None
    while True:
        page = log.list_entries(
            deps, actor_id=moderator.id, wanted=LogFilter(), after=after, limit=3
        )
        seen += [entry.id for entry in page.entries]
        if not page.has_more:
            break
        after = page.entries[-1].place
        removed(deps, room, member)
    assert seen == before
    assert len(read(deps, moderator)) == len(before) + 2


def test_a_page_costs_the_same_queries_for_one_entry_and_for_forty(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    def cost() -> int:
        with counted_queries(deps) as statements:
            read(deps, moderator)
        return len(statements)

    removed(deps, room, member)
    with_one = cost()
    for _ in range(39):
        post(deps, room, member, ABUSE)
    judging.judge_waiting(deps)
    assert len(read(deps, moderator)) == 40
    assert cost() == with_one <= 7


def test_keeping_a_reviewed_removal_restores_it_in_place_and_counts_once(
    deps: Deps, room: Place, member: Someone, moderator: Someone, owner: Someone
) -> None:
    post(deps, room, member, HARMLESS)
    message_id = removed(deps, room, member)
    post(deps, room, member, HARMLESS)
    judging.judge_waiting(deps)
    moderated_count = "SELECT moderated_count FROM rooms WHERE id = :id"
    before = rows(deps, moderated_count, id=room.id)
    case_id = review(deps, moderator, message_id)
    assert open_queue(deps, message_id) == Queue.FLAGGED
    assert review(deps, owner, message_id) == case_id
    deciding.decide(deps, actor_id=moderator.id, case_id=case_id, action="keep")
    assert shown(deps, room) == [HARMLESS, ABUSE, HARMLESS]
    found = numbers.count(deps, actor_id=owner.id, room_id=room.id).figures
    assert (found.removed, found.overturned, found.compared, found.agreed) == (1, 1, 1, 0)
    # Nobody waited for this: it was taken up by who decided it.
    assert found.median_wait is None
    assert rows(deps, moderated_count, id=room.id) == before
    with pytest.raises(CaseDecided):
        review(deps, owner, message_id)


def test_confirming_a_removal_counts_once_and_its_author_is_not_told_again(
    deps: Deps, room: Place, member: Someone, moderator: Someone, owner: Someone
) -> None:
    message_id = removed(deps, room, member)
    told = "SELECT count, detail FROM notifications WHERE account_id = :id AND kind = 'moderated'"
    assert rows(deps, told, id=member.id) == [(1, "removed")]
    case_id = review(deps, moderator, message_id)
    deciding.decide(deps, actor_id=moderator.id, case_id=case_id, action="remove")
    assert status(deps, message_id) == "removed"
    assert rows(deps, told, id=member.id) == [(1, "removed")]
    found = numbers.count(deps, actor_id=owner.id, room_id=room.id).figures
    assert (found.removed, found.overturned, found.compared, found.agreed) == (1, 0, 1, 1)
    # The author objects to a moderator's decision as to the model's.
    appeals.appeal(deps, actor_id=member.id, room_id=room.id, message_id=message_id, text="Why?")
    assert open_queue(deps, message_id) == Queue.APPEALS


def test_a_removal_that_waits_already_stays_in_its_queue(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    message_id = removed(deps, room, member)
    appeals.appeal(deps, actor_id=member.id, room_id=room.id, message_id=message_id, text="Why?")
    review(deps, moderator, message_id)
    assert open_queue(deps, message_id) == Queue.APPEALS


def test_nobody_reviews_the_removal_of_what_they_wrote(
    deps: Deps, room: Place, moderator: Someone, owner: Someone
) -> None:
    message_id = removed(deps, room, moderator)
    assert not entry_of(deps, moderator, message_id).can_review
    with pytest.raises(NotAllowed):
        review(deps, moderator, message_id)
    assert entry_of(deps, owner, message_id).can_review
    review(deps, owner, message_id)
    assert open_queue(deps, message_id) == Queue.FLAGGED


def test_of_two_moderators_at_once_one_decides_about_a_removal(
    deps: Deps, room: Place, member: Someone, moderator: Someone, owner: Someone
) -> None:
    message_id = removed(deps, room, member)

    def decided(who: Someone) -> str:
        try:
            case_id = review(deps, who, message_id)
            deciding.decide(deps, actor_id=who.id, case_id=case_id, action="keep")
        except ChatError as error:
            return error.code
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decided, (moderator, owner))) == ["case_decided", "kept"]
    cases = rows(deps, "SELECT count(*) FROM cases WHERE message_id = :id", id=message_id)
    assert cases == [(1,)]
    assert shown(deps, room) == [ABUSE]


@pytest.fixture
def old_database(postgres: RunningServer) -> Iterator[str]:
    """A database as it was while the log told of removals alone."""
    with database_at(postgres.url, "0006") as url:
        yield url


def test_what_was_flagged_before_the_log_told_of_it_is_in_it(old_database: str) -> None:
    engine = create_engine(sqlalchemy_url(old_database))
    with engine.connect() as connection:
        connection.execute(
            text("""
                INSERT INTO accounts (username, name, hue, password_hash, is_admin)
                    VALUES ('mara', 'Mara', 1, '', false);
                INSERT INTO rooms (slug, name, description, topic, is_private, member_count,
                    created_by) VALUES ('room', 'Room', '', '', false, 1, 1);
                INSERT INTO messages (room_id, position, author_id, client_id, body)
                    VALUES (1, 1, 1, 'a', 'one'), (1, 2, 1, 'b', 'two'), (1, 3, 1, 'c', 'three');
                INSERT INTO verdicts (message_id, room_id, revision, score, model, decision, rule)
                    VALUES (1, 1, 0, 0.1, 'm', 'approve', ''), (1, 1, 1, 0.6, 'm', 'flag', 'r'),
                        (2, 1, 0, 0.9, 'm', 'remove', ''), (3, 1, 0, 0.5, 'm', 'hide', '');
                INSERT INTO moderation_log (room_id, action, message_id, account_id, by_id)
                    VALUES (1, 'remove', 2, 1, NULL), (1, 'keep', 2, 1, 1);
            """)
        )
        connection.commit()
    migrate(old_database)
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT action, message_id, verdict_id, reason FROM moderation_log ORDER BY id")
        ).all()
        assert [tuple(row) for row in found] == [
            ("remove", 2, 3, ""),
            ("keep", 2, None, ""),
            ("flag", 1, 2, "r"),
            ("hide", 3, 4, ""),
        ]
        with pytest.raises(DBAPIError):
            connection.execute(text("UPDATE moderation_log SET reason = 'changed'"))
    engine.dispose()
