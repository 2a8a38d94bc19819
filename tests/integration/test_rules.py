"""Rules: who writes them, what they do to messages, and that the model is not needed for them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import (
    InvalidInput,
    NotAllowed,
    RoomUnavailable,
    RuleUnavailable,
)
from chatrooms.domain.moderation import Mode
from chatrooms.domain.rules import RuleDraft
from chatrooms.ml.loaded import Toxicity
from chatrooms.services.moderation import judging, rules
from tests.support.inspect import rows
from tests.support.moderation import moderated, open_queue, shown, status
from tests.support.people import Place, Someone, make_room, post


@pytest.fixture
def modelless(deps: Deps, tmp_path: Path) -> Deps:
    """The same installation with no model to ask."""
    return replace(deps, toxicity=Toxicity(tmp_path / "nothing.joblib"))


def draft(
    kind: str = "words", action: str = "remove", name: str = "Rude", **typed: Any
) -> RuleDraft:
    return RuleDraft(name, kind, action, typed or {"words": "blorp"})


def evidence(deps: Deps, message_id: int) -> list[dict[str, Any]]:
    found = rows(deps, "SELECT evidence FROM verdicts WHERE message_id = :id", id=message_id)
    return [each for row in found for each in row[0]]


def log(deps: Deps, room: Place | None) -> list[tuple[str, dict[str, Any]]]:
    wanted = "room_id = :id" if room else "room_id IS NULL AND :id = 0"
    found = rows(
        deps,
        f"SELECT action, detail FROM moderation_log WHERE {wanted} ORDER BY id",
        id=room.id if room else 0,
    )
    return [(action, detail) for action, detail in found]


def test_moderators_and_owners_write_rules_and_nobody_else(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
) -> None:
    ids = [
        rules.add_rule(deps, actor_id=who.id, room_id=private_room.id, draft=draft())
        for who in (owner, moderator)
    ]
    refused: dict[type[Exception], list[Someone]] = {
        NotAllowed: [member],
        RoomUnavailable: [stranger, removed, deactivated],
    }
    for error, people in refused.items():
        for who in people:
            calls: list[Callable[[], object]] = [
                lambda who=who: rules.add_rule(
                    deps, actor_id=who.id, room_id=private_room.id, draft=draft()
                ),
                lambda who=who: rules.change_rule(
                    deps, actor_id=who.id, room_id=private_room.id, rule_id=ids[0], draft=draft()
                ),
                lambda who=who: rules.switch_rule(
                    deps, actor_id=who.id, room_id=private_room.id, rule_id=ids[0], is_on=False
                ),
                lambda who=who: rules.delete_rule(
                    deps, actor_id=who.id, room_id=private_room.id, rule_id=ids[0]
                ),
                lambda who=who: rules.list_rules(deps, actor_id=who.id, room_id=private_room.id),
            ]
            for call in calls:
                with pytest.raises(error):
                    call()
    listed = rules.list_rules(deps, actor_id=moderator.id, room_id=private_room.id)
    assert [each.id for each in listed if not each.is_site] == ids


def test_a_rule_of_another_room_or_of_the_site_cannot_be_touched(
    deps: Deps, private_room: Place, owner: Someone, moderator: Someone, admin: Someone
) -> None:
    elsewhere = make_room(deps, admin)
    theirs = rules.add_rule(deps, actor_id=admin.id, room_id=elsewhere.id, draft=draft())
    site = rules.add_rule(deps, actor_id=admin.id, room_id=None, draft=draft(name="Site"))
    for rule_id in (theirs, site, 0, 10**30):
        with pytest.raises(RuleUnavailable):
            rules.delete_rule(deps, actor_id=moderator.id, room_id=private_room.id, rule_id=rule_id)
    with pytest.raises(NotAllowed):
        rules.delete_rule(deps, actor_id=owner.id, room_id=None, rule_id=site)
    seen = rules.list_rules(deps, actor_id=moderator.id, room_id=private_room.id)
    assert [(each.id, each.is_site) for each in seen] == [(site, True)]
    rules.delete_rule(deps, actor_id=admin.id, room_id=None, rule_id=site)
    assert not rules.list_rules(deps, actor_id=moderator.id, room_id=private_room.id)
    assert [action for action, _ in log(deps, None)] == ["rule_added", "rule_deleted"]


def test_every_change_of_a_rule_is_in_the_log_with_what_it_was_before(
    deps: Deps, private_room: Place, moderator: Someone
) -> None:
    here = {"actor_id": moderator.id, "room_id": private_room.id}
    rule_id = rules.add_rule(deps, **here, draft=draft(words="one"))
    rules.change_rule(deps, **here, rule_id=rule_id, draft=draft(words="two"))
    rules.change_rule(deps, **here, rule_id=rule_id, draft=draft(words="two"))
    rules.switch_rule(deps, **here, rule_id=rule_id, is_on=False)
    rules.delete_rule(deps, **here, rule_id=rule_id)
    logged = log(deps, private_room)
    assert [action for action, _ in logged] == [
        "rule_added",
        "rule_changed",
        "rule_switched",
        "rule_deleted",
    ]
    assert logged[1][1]["old"]["options"] == {"words": ["one"]}
    assert logged[1][1]["new"]["options"] == {"words": ["two"]}
    with pytest.raises(RuleUnavailable):
        rules.switch_rule(deps, **here, rule_id=rule_id, is_on=True)


@pytest.mark.parametrize(
    ("action", "seen", "then"),
    [
        ("flag", "f l o b", "flagged"),
        ("hold", "review", "flagged"),
        ("remove", "removed", "removed"),
    ],
)
def test_a_rule_decides_without_a_model_and_says_where_it_fits(
    modelless: Deps,
    private_room: Place,
    member: Someone,
    moderator: Someone,
    action: str,
    seen: str,
    then: str,
) -> None:
    moderated(modelless, private_room, Mode.MANUAL)
    rules.add_rule(
        modelless,
        actor_id=moderator.id,
        room_id=private_room.id,
        draft=draft(action=action, words="flob"),
    )
    fine = post(modelless, private_room, member, "good day")
    bad = post(modelless, private_room, member, "f l o b")
    judging.judge_waiting(modelless)
    assert shown(modelless, private_room) == ["good day", seen]
    assert (status(modelless, fine), status(modelless, bad)) == ("pending", then)
    (place,) = evidence(modelless, bad)
    assert place["rule"] == "Rude"
    assert (place["words"], place["start"], place["end"]) == ("f l o b", 0, 7)


def test_a_rule_of_the_site_holds_in_every_room_until_it_is_switched_off(
    modelless: Deps, private_room: Place, member: Someone, admin: Someone
) -> None:
    moderated(modelless, private_room, Mode.MANUAL)
    rule_id = rules.add_rule(modelless, actor_id=admin.id, room_id=None, draft=draft(words="zonk"))
    first = post(modelless, private_room, member, "zonk")
    judging.judge_waiting(modelless)
    rules.switch_rule(modelless, actor_id=admin.id, room_id=None, rule_id=rule_id, is_on=False)
    second = post(modelless, private_room, member, "zonk")
    judging.judge_waiting(modelless)
    assert [status(modelless, each) for each in (first, second)] == ["removed", "pending"]


def test_an_allow_rule_spares_the_phrase_and_not_what_stands_beside_it(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, holds=False)
    phrase = "you stupid worthless bitch"
    before = post(deps, private_room, member, phrase)
    judging.judge_waiting(deps)
    rules.add_rule(
        deps,
        actor_id=moderator.id,
        room_id=private_room.id,
        draft=draft("allow", "flag", words=phrase),
    )
    same = post(deps, private_room, member, phrase)
    more = post(deps, private_room, member, f"{phrase}, go kill yourself you piece of shit")
    judging.judge_waiting(deps)
    assert [status(deps, each) for each in (before, same, more)] == [
        "removed",
        "approved",
        "removed",
    ]


def test_saying_the_same_again_and_again_counts_within_the_time_only_for_one_author(
    modelless: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(modelless, private_room, Mode.MANUAL)
    rules.add_rule(
        modelless,
        actor_id=moderator.id,
        room_id=private_room.id,
        draft=draft("repeats", times="3", minutes="10"),
    )
    said = [post(modelless, private_room, member, text) for text in ("buy", "BUY", "other", "buy ")]
    other = post(modelless, private_room, moderator, "buy")
    judging.judge_waiting(modelless)
    assert [status(modelless, each) for each in said] == ["pending"] * 3 + ["removed"]
    assert status(modelless, other) == "approved"


def test_newcomers_may_not_post_links_yet(
    modelless: Deps, private_room: Place, member: Someone, owner: Someone
) -> None:
    moderated(modelless, private_room, Mode.MANUAL)
    rules.add_rule(
        modelless,
        actor_id=owner.id,
        room_id=private_room.id,
        draft=draft("newcomers", "hold", hours="24", since="room", what="links"),
    )
    link = post(modelless, private_room, member, "https://x.example")
    word = post(modelless, private_room, member, "hello")
    judging.judge_waiting(modelless)
    assert open_queue(modelless, link) == "flagged"
    assert open_queue(modelless, word) == "unreviewed"


def test_there_is_an_end_to_how_many_rules_there_can_be(
    deps: Deps, private_room: Place, moderator: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAX_RULES", 2)
    for _ in range(2):
        rules.add_rule(deps, actor_id=moderator.id, room_id=private_room.id, draft=draft())
    with pytest.raises(InvalidInput, match="at most 2"):
        rules.add_rule(deps, actor_id=moderator.id, room_id=private_room.id, draft=draft())
