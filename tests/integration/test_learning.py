"""Rooms teach the model by their decisions: only what is proven better is used."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import pytest

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import InvalidInput, NotAllowed, RoomUnavailable
from chatrooms.domain.moderation import Mode
from chatrooms.ml.card import CARD_NAME, SHIPPED, digest, version_of
from chatrooms.ml.loaded import Corrections, Toxicity
from chatrooms.services import messages
from chatrooms.services.moderation import (
    decisions,
    judging,
    labels,
    learning,
    training,
    undoing,
)
from tests.support.guild import decide, said
from tests.support.inspect import change, rows
from tests.support.moderation import ABUSE, moderated, status
from tests.support.people import Place, Someone, make_room, post, sign_up

_REMOVED = ("stays", "granted", "undone", "erased")
BANTER = "you stupid goblin, the gate is open"


@pytest.fixture
def guild(deps: Deps, private_room: Place, member: Someone, moderator: Someone) -> Place:
    """A room whose moderators decided about enough of what its players say."""
    moderated(deps, private_room, Mode.MANUAL)
    decide(deps, private_room, author=member, moderator=moderator, texts=said())
    return moderated(deps, private_room, Mode.SEMI_AUTO)


def train(deps: Deps, room: Place, owner: Someone) -> learning.Training:
    """Ask for a training, have it carried out, and what came of it."""
    learning.train(deps, actor_id=owner.id, room_id=room.id)
    carry_out(deps, room)
    return learning.get_learning(deps, actor_id=owner.id, room_id=room.id).trainings[0]


def carry_out(deps: Deps, room: Place) -> None:
    waiting = rows(
        deps,
        "SELECT id FROM room_corrections WHERE room_id = :id AND finished_at IS NULL",
        id=room.id,
    )
    for (correction_id,) in waiting:
        training.carry_out(deps, correction_id=correction_id)


def trains_tonight(deps: Deps, room: Place) -> bool:
    training.ask_for_due(deps)
    return bool(
        rows(
            deps,
            "SELECT 1 FROM room_corrections WHERE room_id = :id AND finished_at IS NULL",
            id=room.id,
        )
    )


def judged(deps: Deps, room: Place, author: Someone, text: str = BANTER) -> tuple[str, float, str]:
    """What becomes of a new message: its status, its score, and which model gave it."""
    message_id = post(deps, room, author, text)
    judging.judge_waiting(deps)
    (found,) = rows(deps, "SELECT score, model FROM verdicts WHERE message_id = :id", id=message_id)
    return status(deps, message_id), found[0], found[1]


def log(deps: Deps, room: Place) -> list[tuple[Any, ...]]:
    return [
        (action, by_id, detail["old"], detail["new"])
        for action, by_id, detail in rows(
            deps,
            "SELECT action, by_id, detail FROM moderation_log "
            "WHERE room_id = :id AND action LIKE 'correction%' ORDER BY id",
            id=room.id,
        )
    ]


def test_what_a_room_teaches_is_used_once_it_is_proven_named_in_verdicts_and_rolled_back(
    deps: Deps, guild: Place, owner: Someone, member: Someone
) -> None:
    model = deps.toxicity.model().version
    state, score, by = judged(deps, guild, member)
    assert (state, by) == ("flagged", model)
    found = train(deps, guild, owner)
    assert (found.outcome, found.is_active, found.version) == ("promoted", True, 1)
    assert (found.kept, found.removed, found.by) == (112, 112, owner.username)
    measured = found.measured
    assert measured["decided"] == 56
    assert measured["after"]["value"] > measured["before"]["value"] + 0.2
    assert 0 < measured["difference"]["low"] <= measured["difference"]["high"]
    taught = judged(deps, guild, member)
    assert (taught[0], taught[2]) == ("approved", f"{model}+1")
    assert taught[1] < score - 0.3
    assert judged(deps, guild, member, ABUSE)[0] == "flagged"
    now = learning.roll_back(deps, actor_id=owner.id, room_id=guild.id, version=1)
    assert now.active is None
    assert now.trainings[0].rolled_back_by == owner.username
    assert judged(deps, guild, member) == (state, score, by)
    assert log(deps, guild) == [
        ("correction_promoted", owner.id, None, 1),
        ("correction_rolled_back", owner.id, 1, None),
    ]
    with pytest.raises(InvalidInput, match="not in use"):
        learning.roll_back(deps, actor_id=owner.id, room_id=guild.id, version=1)


def test_under_a_hundred_decisions_of_each_kind_nothing_is_learnt(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    texts = said()
    removed = [each for each in texts if each[1]]
    kept = [each for each in texts if not each[1]]
    some = [*removed[:100], *kept[:99]]
    decide(deps, private_room, author=member, moderator=moderator, texts=some)
    with pytest.raises(InvalidInput, match="99 messages kept and 100 removed"):
        learning.train(deps, actor_id=owner.id, room_id=private_room.id)
    decide(deps, private_room, author=member, moderator=moderator, texts=kept[99:100])
    assert learning.train(deps, actor_id=owner.id, room_id=private_room.id).is_running


def test_labels_are_the_last_word_of_people_about_texts_that_still_stand(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.AUTO, holds=False)
    here: dict[str, Any] = {"room_id": private_room.id}
    by_model = post(deps, private_room, member, ABUSE)
    judging.judge_waiting(deps)
    assert status(deps, by_model) == "removed"
    moderated(deps, private_room, Mode.MANUAL)
    for_removal = [post(deps, private_room, member, each) for each in _REMOVED]
    for message_id in for_removal:
        decisions.remove(deps, actor_id=moderator.id, message_id=message_id, **here)
    _, granted, undone, erased = for_removal
    kept = post(deps, private_room, member, "edited")
    decisions.keep(deps, actor_id=moderator.id, message_id=kept, **here)
    decisions.keep(deps, actor_id=owner.id, message_id=granted, **here)
    (last,) = rows(deps, "SELECT max(id) FROM moderation_log WHERE message_id = :id", id=undone)[0]
    undoing.undo(deps, actor_id=moderator.id, decision_id=last, **here)
    messages.delete_message(deps, actor_id=member.id, message_id=erased, **here)
    messages.edit_message(deps, actor_id=member.id, message_id=kept, body="other", **here)
    with transaction(deps.sessions) as tx:
        found = labels.list_labels(tx, room_id=private_room.id, limit=100)
        counts = labels.count_labels(tx, room_id=private_room.id)
    assert [(each.text, each.is_removed) for each in found] == [("stays", True), ("granted", False)]
    assert (counts.kept, counts.removed) == (1, 1)


def test_decisions_by_chance_prove_nothing_and_change_nothing(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    by_chance = random.Random(7)
    texts = [(text, by_chance.random() < 0.5) for text, _ in said()]
    decide(deps, private_room, author=member, moderator=moderator, texts=texts)
    found = train(deps, private_room, owner)
    assert (found.outcome, found.is_active) == ("not_better", False)
    assert found.measured["difference"]["low"] <= 0
    assert judged(deps, private_room, member)[2] == deps.toxicity.model().version
    assert log(deps, private_room) == []


def test_owners_train_and_roll_back_moderators_look_and_others_neither(
    deps: Deps, guild: Place, owner: Someone, moderator: Someone, member: Someone, stranger: Someone
) -> None:
    elsewhere = sign_up(deps, "elsewhere")
    make_room(deps, elsewhere)
    train(deps, guild, owner)
    outside: list[tuple[Someone, type[Exception]]] = [
        (member, NotAllowed),
        (stranger, RoomUnavailable),
        (elsewhere, RoomUnavailable),
    ]
    for who, error in [*outside, (moderator, NotAllowed)]:
        with pytest.raises(error):
            learning.train(deps, actor_id=who.id, room_id=guild.id)
        with pytest.raises(error):
            learning.roll_back(deps, actor_id=who.id, room_id=guild.id, version=1)
    for who, error in outside:
        with pytest.raises(error):
            learning.get_learning(deps, actor_id=who.id, room_id=guild.id)
    seen = learning.get_learning(deps, actor_id=moderator.id, room_id=guild.id)
    assert (seen.can_change, seen.active is not None) == (False, True)


def test_trainings_at_once_end_in_one_correction(deps: Deps, guild: Place, owner: Someone) -> None:
    def at_once(act: Callable[[], object]) -> None:
        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(act) for _ in range(2)]:
                each.result()

    at_once(lambda: learning.train(deps, actor_id=owner.id, room_id=guild.id))
    at_once(lambda: carry_out(deps, guild))
    found = learning.get_learning(deps, actor_id=owner.id, room_id=guild.id)
    assert [each.outcome for each in found.trainings] == ["promoted"]
    assert found.active is not None
    assert log(deps, guild) == [("correction_promoted", owner.id, None, 1)]
    again = train(deps, guild, owner)
    assert (again.outcome, again.is_active) == ("not_better", False)


def test_another_shared_model_leaves_the_correction_aside_until_the_room_trained_again(
    deps: Deps, guild: Place, owner: Someone, member: Someone, tmp_path: Path
) -> None:
    assert train(deps, guild, owner).is_active
    file = tmp_path / SHIPPED.name
    joblib.dump(joblib.load(SHIPPED), file, compress=1)
    card = json.loads(SHIPPED.with_name(CARD_NAME).read_text()) | {
        "sha256": digest(file.read_bytes())
    }
    file.with_name(CARD_NAME).write_text(json.dumps(card))
    version = version_of(card)
    settings = deps.settings.model_copy(update={"toxicity_model": str(file)})
    other = replace(deps, settings=settings, toxicity=Toxicity(file), corrections=Corrections())
    assert judged(other, guild, member)[::2] == ("flagged", version)
    seen = learning.get_learning(other, actor_id=owner.id, room_id=guild.id)
    assert seen.active is not None
    assert not seen.active.is_of_this_model
    assert not trains_tonight(deps, guild)
    assert trains_tonight(other, guild)
    carry_out(other, guild)
    assert judged(other, guild, member)[::2] == ("approved", f"{version}+2")
    assert not trains_tonight(other, guild)


def test_at_night_rooms_with_enough_new_decisions_train_by_themselves(
    deps: Deps, guild: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    assert trains_tonight(deps, guild)
    carry_out(deps, guild)
    found = learning.get_learning(deps, actor_id=owner.id, room_id=guild.id).trainings
    assert [(each.outcome, each.by) for each in found] == [("promoted", "")]
    assert log(deps, guild) == [("correction_promoted", None, None, 1)]
    few = said(2)[: training.ENOUGH_NEW - 1]
    decide(deps, guild, author=member, moderator=moderator, texts=few)
    assert not trains_tonight(deps, guild)
    decide(deps, guild, author=member, moderator=moderator, texts=said(3)[:1])
    assert trains_tonight(deps, guild)


def test_a_correction_rolled_back_between_scoring_and_verdict_does_not_count(
    deps: Deps, guild: Place, owner: Someone, member: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(deps, guild, owner)
    score, left = judging.score, [True]

    def scored(*args: Any) -> object:
        if left:
            left.pop()
            learning.roll_back(deps, actor_id=owner.id, room_id=guild.id, version=1)
        return score(*args)

    monkeypatch.setattr(judging, "score", scored)
    assert judged(deps, guild, member)[::2] == ("flagged", deps.toxicity.model().version)


def test_damaged_weights_leave_the_room_to_the_shared_model(
    deps: Deps, guild: Place, owner: Someone, member: Someone
) -> None:
    train(deps, guild, owner)
    change(
        deps,
        "UPDATE room_corrections SET weights = CAST(:weights AS jsonb) WHERE room_id = :id",
        id=guild.id,
        weights='{"shift": 1}',
    )
    afresh = replace(deps, corrections=Corrections())
    assert judged(afresh, guild, member)[::2] == ("flagged", deps.toxicity.model().version)
