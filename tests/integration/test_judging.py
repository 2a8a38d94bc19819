"""What waits is judged once, by the room's policy at that moment, whoever dies or comes between."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import ChatError, MessageUnavailable
from chatrooms.domain.moderation import HoldExpiry, Mode, Unreadable
from chatrooms.ml.card import SHIPPED
from chatrooms.ml.loaded import Toxicity
from chatrooms.services import history, messages, pins, reactions, saved, search, votes
from chatrooms.services.moderation import decisions, holding, judging
from tests.support.inspect import assert_gapless, change, folded, rows
from tests.support.moderation import (
    ABUSE,
    FOREIGN,
    HARMLESS,
    between,
    moderated,
    open_queue,
    shown,
    status,
    verdicts,
)
from tests.support.people import Place, Someone, post


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    return private_room


def test_in_manual_mode_everything_is_shown_and_waits_for_a_moderator(
    deps: Deps, room: Place, member: Someone
) -> None:
    moderated(deps, room, Mode.MANUAL)
    said = [post(deps, room, member, body) for body in (HARMLESS, ABUSE)]
    judging.judge_waiting(deps)
    assert shown(deps, room) == [HARMLESS, ABUSE]
    assert [status(deps, each) for each in said] == ["pending", "pending"]
    assert [open_queue(deps, each) for each in said] == ["unreviewed", "unreviewed"]


def test_in_manual_mode_moderators_need_not_look_at_what_they_wrote(
    deps: Deps, room: Place, owner: Someone
) -> None:
    moderated(deps, room, Mode.MANUAL)
    said = post(deps, room, owner, HARMLESS)
    judging.judge_waiting(deps)
    assert (status(deps, said), open_queue(deps, said)) == ("approved", "")


def test_in_semi_auto_mode_the_model_flags_and_the_text_stays(
    deps: Deps, room: Place, member: Someone
) -> None:
    moderated(deps, room, Mode.SEMI_AUTO)
    fine, bad = post(deps, room, member, HARMLESS), post(deps, room, member, ABUSE)
    judging.judge_waiting(deps)
    assert shown(deps, room) == [HARMLESS, ABUSE]
    assert (status(deps, fine), open_queue(deps, fine)) == ("approved", "")
    assert (status(deps, bad), open_queue(deps, bad)) == ("flagged", "flagged")
    (evidence,) = rows(deps, "SELECT evidence FROM verdicts WHERE message_id = :id", id=bad)[0]
    assert evidence
    assert all(ABUSE[each["start"] : each["end"]] == each["words"] for each in evidence)


def test_a_room_may_hide_what_is_flagged_until_a_moderator_has_looked(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, room, Mode.SEMI_AUTO, hides_flagged=True)
    bad = post(deps, room, member, ABUSE)
    before = history.load_view(deps, room_id=room.id)
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["review"]
    decisions.keep(deps, actor_id=moderator.id, room_id=room.id, message_id=bad)
    assert shown(deps, room) == [ABUSE]
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)


def test_in_auto_mode_abuse_leaves_every_screen_and_comes_back_unchanged(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, room, holds=False)
    bad = post(deps, room, member, ABUSE)
    answer = post(deps, room, moderator, "Please be kind", thread=bad)
    votes.vote(deps, actor_id=moderator.id, room_id=room.id, message_id=bad, value=-1)
    pins.set_pinned(deps, actor_id=moderator.id, room_id=room.id, message_id=bad, is_pinned=True)
    quoting = post(deps, room, moderator, "What is this?", reply_to=bad)
    before = history.load_view(deps, room_id=room.id)
    judging.judge_waiting(deps)
    removed, quote = history.load_view(deps, room_id=room.id).messages
    assert (removed.withheld, removed.body, removed.score) == ("removed", "", 0)
    assert removed.thread is not None
    assert quote.quote is not None
    assert (quote.quote.withheld, quote.quote.excerpt) == ("removed", "")
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)
    decisions.keep(deps, actor_id=moderator.id, room_id=room.id, message_id=bad)
    assert history.load_view(deps, room_id=room.id).messages == before.messages
    assert (status(deps, answer), status(deps, quoting)) == ("approved", "approved")
    assert_gapless(deps, room.id)


def test_what_is_removed_takes_no_marks_and_is_found_nowhere(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, room, holds=False)
    bad = post(deps, room, member, ABUSE)
    assert search.search_messages(deps, actor_id=moderator.id, query="worthless").hits
    judging.judge_waiting(deps)
    refused: list[Callable[[], object]] = [
        lambda: votes.vote(deps, actor_id=moderator.id, room_id=room.id, message_id=bad, value=1),
        lambda: reactions.react(
            deps,
            actor_id=moderator.id,
            room_id=room.id,
            message_id=bad,
            emoji="👍",
            is_on=True,
        ),
        lambda: saved.set_saved(
            deps, actor_id=moderator.id, room_id=room.id, message_id=bad, is_saved=True
        ),
        lambda: messages.edit_message(
            deps, actor_id=member.id, room_id=room.id, message_id=bad, body="Nice words"
        ),
    ]
    for act in refused:
        with pytest.raises(ChatError):
            act()
    assert not search.search_messages(deps, actor_id=moderator.id, query="worthless").hits


def test_a_held_message_is_nowhere_until_it_is_judged_and_then_takes_its_place(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, room)
    held = post(deps, room, member, HARMLESS)
    with pytest.raises(MessageUnavailable):
        history.get_message(deps, actor_id=moderator.id, room_id=room.id, message_id=held)
    with pytest.raises(MessageUnavailable):
        post(deps, room, moderator, "Quoting it", reply_to=held)
    assert not search.search_messages(deps, actor_id=moderator.id, query="pictures garden").hits
    before = history.load_view(deps, room_id=room.id)
    assert before.messages == ()
    later = post(deps, moderated(deps, room, holds=False), moderator, "Written after it")
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["Written after it", HARMLESS]
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)
    assert (status(deps, held), status(deps, later)) == ("approved", "approved")


def test_what_is_published_together_takes_its_places_as_it_was_written(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    root = post(deps, moderated(deps, room, holds=False), moderator, "The question")
    judging.judge_waiting(deps)
    before = history.load_view(deps, room_id=room.id)
    moderated(deps, room)
    said = [(member, None), (moderator, None), (member, root), (moderator, root), (member, None)]
    ids = [
        post(deps, room, who, f"{HARMLESS} {n}", thread=thread)
        for n, (who, thread) in enumerate(said)
    ]
    judging.judge_waiting(deps)
    found = rows(deps, "SELECT id, position, ordinal FROM messages WHERE id = ANY(:ids)", ids=ids)
    places = {id_: (position, ordinal) for id_, position, ordinal in found}
    assert sorted(ids, key=lambda id_: places[id_][0]) == ids
    assert [places[id_][1] for id_ in ids] == [2, 3, None, None, 4]
    for who, last in ((member, ids[4]), (moderator, ids[1])):
        read = rows(
            deps,
            "SELECT read_position, read_ordinal FROM memberships"
            " WHERE room_id = :room AND account_id = :account",
            room=room.id,
            account=who.id,
        )
        assert read == [places[last]]
    assert folded(deps, before, room_id=room.id) == history.load_view(deps, room_id=room.id)
    assert_gapless(deps, room.id)


def test_held_messages_of_one_author_appear_as_they_were_written_whoever_judges_which(
    deps: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated(deps, room)
    judging.judge_waiting(deps)
    first = post(deps, room, member, HARMLESS)
    monkeypatch.setattr(judging, "BATCH", 1)
    later = ["not looked yet"]

    def other_worker() -> None:
        post(deps, room, member, "And what about the new pictures of the lake?")
        judging.judge_waiting(deps)
        later[:] = shown(deps, room)

    between(monkeypatch, other_worker)
    judging.judge_waiting(deps)
    assert later == []
    assert shown(deps, room) == [HARMLESS, "And what about the new pictures of the lake?"]
    assert verdicts(deps, first) == ["approve"]


def test_held_abuse_never_appears_unless_a_moderator_keeps_it(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, room)
    bad = post(deps, room, member, ABUSE)
    judging.judge_waiting(deps)
    assert (shown(deps, room), status(deps, bad)) == ([], "removed")
    decisions.keep(deps, actor_id=moderator.id, room_id=room.id, message_id=bad)
    assert shown(deps, room) == [ABUSE]


def test_people_are_told_of_a_held_message_when_it_is_published(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    def told() -> int:
        query = "SELECT count(*) FROM notifications WHERE account_id = :id AND kind = 'mention'"
        return rows(deps, query, id=moderator.id)[0][0]

    moderated(deps, room)
    post(deps, room, member, f"Good morning @{moderator.username}, how was the garden?")
    assert told() == 0
    judging.judge_waiting(deps)
    assert told() == 1


@pytest.mark.parametrize(
    ("expiry", "then"), [(HoldExpiry.PUBLISH, [HARMLESS]), (HoldExpiry.KEEP, [])]
)
def test_a_late_verdict_leaves_the_choice_to_the_room(
    deps: Deps, room: Place, member: Someone, expiry: HoldExpiry, then: list[str]
) -> None:
    moderated(deps, room, hold_limit_ms=250, hold_expiry=expiry)
    held = post(deps, room, member, HARMLESS)
    assert holding.release_overdue(deps) == 0
    change(deps, "UPDATE messages SET hold_until = now() - interval '1 s' WHERE id = :id", id=held)
    assert holding.release_overdue(deps) == len(then)
    assert holding.release_overdue(deps) == 0
    assert shown(deps, room) == then
    judging.judge_waiting(deps)
    assert shown(deps, room) == [HARMLESS]
    assert status(deps, held) == "approved"


def test_a_late_verdict_still_removes_what_was_published(
    deps: Deps, room: Place, member: Someone
) -> None:
    moderated(deps, room, hold_limit_ms=250)
    held = post(deps, room, member, ABUSE)
    change(deps, "UPDATE messages SET hold_until = now() - interval '1 s' WHERE id = :id", id=held)
    holding.release_overdue(deps)
    assert shown(deps, room) == [ABUSE]
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]


def test_an_edit_is_judged_again(deps: Deps, room: Place, member: Someone) -> None:
    moderated(deps, room, holds=False)
    said = post(deps, room, member, HARMLESS)
    judging.judge_waiting(deps)
    messages.edit_message(deps, actor_id=member.id, room_id=room.id, message_id=said, body=ABUSE)
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]
    assert verdicts(deps, said) == ["approve", "remove"]


def test_a_text_that_changed_while_it_was_judged_is_judged_as_it_is_now(
    deps: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated(deps, room, holds=False)
    said = post(deps, room, member, HARMLESS)
    between(
        monkeypatch,
        lambda: messages.edit_message(
            deps, actor_id=member.id, room_id=room.id, message_id=said, body=ABUSE
        ),
    )
    judging.judge_waiting(deps)
    assert shown(deps, room) == ["removed"]
    assert verdicts(deps, said) == ["remove"]


def test_a_message_deleted_while_it_was_judged_stays_deleted(
    deps: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated(deps, room, holds=False)
    said = post(deps, room, member, ABUSE)
    between(
        monkeypatch,
        lambda: messages.delete_message(deps, actor_id=member.id, room_id=room.id, message_id=said),
    )
    judging.judge_waiting(deps)
    (message,) = history.load_view(deps, room_id=room.id).messages
    assert (message.is_deleted, message.withheld) == (True, "")
    assert verdicts(deps, said) == []


def test_the_mode_that_counts_is_that_of_the_moment_of_the_verdict(
    deps: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated(deps, room, holds=False)
    said = post(deps, room, member, ABUSE)
    between(monkeypatch, lambda: moderated(deps, room, Mode.SEMI_AUTO))
    judging.judge_waiting(deps)
    assert (shown(deps, room), status(deps, said)) == ([ABUSE], "flagged")


def test_workers_at_once_judge_each_message_once_and_count_it_once(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    moderated(deps, room, holds=False, summary_every=7)
    said = [post(deps, room, member, ABUSE if n % 3 == 0 else HARMLESS) for n in range(60)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: judging.judge_waiting(deps), range(4)))
    assert all(len(verdicts(deps, each)) == 1 for each in said)
    assert shown(deps, room) == ["removed" if n % 3 == 0 else HARMLESS for n in range(60)]
    counted = rows(deps, "SELECT moderated_count FROM rooms WHERE id = :id", id=room.id)
    assert counted == [(60,)]
    asked = rows(
        deps, "SELECT moderated_count FROM summary_requests WHERE room_id = :id", id=room.id
    )
    assert all(count % 7 == 0 for (count,) in asked)
    assert (56,) in asked
    assert_gapless(deps, room.id)


def test_what_a_killed_worker_took_is_due_again(
    deps: Deps, room: Place, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    moderated(deps, room, holds=False)
    said = post(deps, room, member, ABUSE)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(judging, "_settle", die)
        with pytest.raises(KeyboardInterrupt):
            judging.judge_waiting(deps)
    assert judging.judge_waiting(deps) == 0
    change(deps, "UPDATE messages SET judge_at = now() WHERE id = :id", id=said)
    assert judging.judge_waiting(deps) == 1
    assert shown(deps, room) == ["removed"]


def test_without_a_usable_model_people_look_and_the_room_goes_on(
    deps: Deps, room: Place, member: Someone, tmp_path: Path
) -> None:
    copy = tmp_path / SHIPPED.name
    shutil.copy(SHIPPED, copy)
    shutil.copy(SHIPPED.with_name("card.json"), tmp_path / "card.json")
    copy.write_bytes(copy.read_bytes()[:-1] + b"?")
    broken = replace(deps, toxicity=Toxicity(copy))
    moderated(deps, room)
    said = [post(deps, room, member, body) for body in (HARMLESS, ABUSE)]
    judging.judge_waiting(broken)
    assert shown(deps, room) == [HARMLESS, ABUSE]
    assert [open_queue(deps, each) for each in said] == ["flagged", "flagged"]


@pytest.mark.parametrize(
    ("choice", "then"), [(Unreadable.REVIEW, "flagged"), (Unreadable.RULES, "approved")]
)
def test_what_the_model_cannot_read_goes_by_the_rooms_choice(
    deps: Deps, room: Place, member: Someone, choice: Unreadable, then: str
) -> None:
    moderated(deps, room, unreadable=choice)
    said = post(deps, room, member, FOREIGN)
    judging.judge_waiting(deps)
    assert (status(deps, said), shown(deps, room)) == (then, [FOREIGN])
    assert rows(deps, "SELECT score FROM verdicts WHERE message_id = :id", id=said) == [(None,)]


def test_verdicts_and_decisions_are_only_ever_added_to(
    deps: Deps, room: Place, member: Someone
) -> None:
    moderated(deps, room)
    post(deps, room, member, ABUSE)
    judging.judge_waiting(deps)
    for query in (
        "UPDATE verdicts SET score = 0",
        "DELETE FROM verdicts",
        "UPDATE moderation_log SET reason = 'another'",
        "DELETE FROM moderation_log",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            change(deps, query)
    change(deps, "UPDATE verdicts SET evidence = '[]'")
