"""Policies: who changes them, what follows, what they would have done, and judging anew."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import InvalidInput, NotAllowed, RateLimited, RoomUnavailable
from chatrooms.domain.moderation import Decision, Mode
from chatrooms.domain.rules import RuleDraft
from chatrooms.services import history, messages
from chatrooms.services.moderation import (
    appeals,
    decided,
    decisions,
    judging,
    numbers,
    policies,
    rejudging,
    simulating,
    undoing,
)
from chatrooms.services.moderation.numbers import Figures
from chatrooms.services.moderation.policies import PolicyDraft
from chatrooms.services.moderation.simulated import Simulation
from tests.support.inspect import assert_gapless, change, folded, rows
from tests.support.moderation import ABUSE, HARMLESS, moderated, shown, status, verdicts
from tests.support.people import Place, Someone, bring_in, make_room, post, sign_up


def test_owners_change_a_policy_moderators_read_it_and_others_neither(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
    removed: Someone,
    deactivated: Someone,
) -> None:
    auto = PolicyDraft({"mode": "auto", "flag_threshold": 0.4})
    before = history.load_view(deps, room_id=private_room.id)
    policies.change_policy(deps, actor_id=owner.id, room_id=private_room.id, draft=auto)
    view = history.load_view(deps, room_id=private_room.id)
    assert view.facts.mode is Mode.AUTO
    assert folded(deps, before, room_id=private_room.id) == view
    assert_gapless(deps, private_room.id)
    read = policies.get_policy(deps, actor_id=moderator.id, slug=private_room.slug)
    assert (read.policy.mode, read.policy.flag_threshold, read.can_change) == (
        Mode.AUTO,
        0.4,
        False,
    )
    assert policies.get_policy(deps, actor_id=owner.id, slug=private_room.slug).can_change
    outside: list[tuple[Someone, type[Exception]]] = [
        (member, NotAllowed),
        (stranger, RoomUnavailable),
        (removed, RoomUnavailable),
        (deactivated, RoomUnavailable),
    ]
    for who, error in [*outside, (moderator, NotAllowed)]:
        with pytest.raises(error):
            policies.change_policy(
                deps, actor_id=who.id, room_id=private_room.id, draft=PolicyDraft({"slow_s": 5})
            )
    for who, error in outside:
        with pytest.raises(error):
            policies.get_policy(deps, actor_id=who.id, slug=private_room.slug)
    (entry,) = rows(
        deps,
        "SELECT detail FROM moderation_log WHERE room_id = :id AND action = 'policy'",
        id=private_room.id,
    )
    assert entry[0] == {
        "old": {"mode": "manual", "flag_threshold": 0.5},
        "new": {"mode": "auto", "flag_threshold": 0.4},
    }


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"mode": "chaos"}, "Manual, Semi-auto or Auto"),
        ({"flag_threshold": 0.9, "remove_threshold": 0.5}, "must not be lower"),
        ({"flag_threshold": 1.5}, "from 0 to 1"),
        ({"remove_threshold": float("nan")}, "from 0 to 1"),
        ({"hold_limit_ms": 10}, "0.25 to 60"),
        ({"summary_every": 0}, "10,000"),
        ({"sample_per_mille": -1}, "sample"),
        ({"slow_s": 10**9}, "6 hours"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_and_nothing_changes(
    deps: Deps, private_room: Place, owner: Someone, chosen: dict[str, object], said: str
) -> None:
    before = policies.get_policy(deps, actor_id=owner.id, slug=private_room.slug)
    with pytest.raises(InvalidInput, match=said):
        policies.change_policy(
            deps, actor_id=owner.id, room_id=private_room.id, draft=PolicyDraft(chosen)
        )
    assert policies.get_policy(deps, actor_id=owner.id, slug=private_room.slug) == before


def test_slow_mode_refuses_with_the_time_that_is_left_and_spares_moderators(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL, slow_s=60)
    with pytest.raises(InvalidInput):
        post(deps, private_room, member, "with a file", files=["x" * 22])
    first = messages.post_message(
        deps, actor_id=member.id, room_id=private_room.id, client_id="one", body="first"
    )
    with pytest.raises(RateLimited, match=r"again in \d+ seconds"):
        post(deps, private_room, member, "second")
    again = messages.post_message(
        deps, actor_id=member.id, room_id=private_room.id, client_id="one", body="first"
    )
    assert again == first
    for text in ("third", "fourth"):
        post(deps, private_room, moderator, text)
    assert shown(deps, private_room) == ["first", "third", "fourth"]


def judged(deps: Deps, room: Place, member: Someone) -> dict[str, int]:
    """A manual room with a harmless and an abusive message that were scored."""
    moderated(deps, room, Mode.MANUAL)
    said = {name: post(deps, room, member, body) for name, body in _SAID.items()}
    judging.judge_waiting(deps)
    return said


_SAID = {"fine": HARMLESS, "bad": ABUSE}


def would(deps: Deps, room: Place, who: Someone, **asked: Any) -> Simulation:
    return simulating.simulate(deps, actor_id=who.id, room_id=room.id, days=7, **asked)


def after(simulation: Simulation) -> dict[Decision, int]:
    return {each.decision: each.after for each in simulation.counts if each.after}


def test_the_simulator_tells_what_another_policy_would_have_done_and_changes_nothing(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    said = judged(deps, private_room, member)
    decisions.remove(deps, actor_id=moderator.id, room_id=private_room.id, message_id=said["bad"])
    auto = PolicyDraft({"mode": "auto"})
    found = would(deps, private_room, moderator, policy=auto)
    assert after(found) == {Decision.APPROVE: 1, Decision.REMOVE: 1}
    assert (found.looked_at, found.changed, found.people, found.is_all) == (2, 2, 1, True)
    removed = next(each for each in found.counts if each.decision is Decision.REMOVE)
    assert (removed.before, removed.removed, removed.kept) == (0, 1, 0)
    worst = found.messages[0]
    assert (worst.message_id, worst.body, worst.decided) == (said["bad"], ABUSE, "removed")
    strict = PolicyDraft({"mode": "auto", "flag_threshold": 0.0, "remove_threshold": 0.0})
    assert after(would(deps, private_room, moderator, policy=strict)) == {Decision.REMOVE: 2}
    assert status(deps, said["fine"]) == "pending"
    (page,) = would(deps, private_room, moderator, policy=auto, offset=1, limit=1).messages
    assert page.message_id == said["fine"]


def test_the_simulator_tries_a_rule_before_there_is_one(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    judged(deps, private_room, member)
    tried = RuleDraft("Garden", "words", "hold", {"words": "garden"})
    found = would(deps, private_room, moderator, rule=tried)
    assert after(found) == {Decision.REVIEW: 1, Decision.HIDE: 1}
    assert [each.body for each in found.messages] == [HARMLESS]
    with pytest.raises(InvalidInput):
        would(
            deps, private_room, moderator, rule=RuleDraft("x", "pattern", "flag", {"pattern": "("})
        )


def test_administrators_try_a_rule_in_all_rooms_and_read_only_what_they_may(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, stranger: Someone
) -> None:
    admin = sign_up(deps, "keeper")
    change(deps, "UPDATE accounts SET is_admin = true WHERE id = :id", id=admin.id)
    public = make_room(deps, owner, name="open place")
    bring_in(deps, public, by=owner, who=member)
    moderated(deps, private_room, Mode.MANUAL)
    moderated(deps, public, Mode.SEMI_AUTO)
    said = [post(deps, room, member, f"{HARMLESS} zonkett") for room in (private_room, public)]
    judging.judge_waiting(deps)
    kept_back = post(deps, public, member, f"{ABUSE} zonkett")
    judging.judge_waiting(deps)
    decisions.remove(deps, actor_id=owner.id, room_id=public.id, message_id=kept_back)

    def tried(word: str, who: Someone = admin) -> Simulation:
        rule = RuleDraft("Tried", "words", "remove", {"words": word})
        return simulating.simulate(
            deps, actor_id=who.id, room_id=None, days=7, rule=rule, limit=1_000
        )

    nothing, found = tried("zonkettissimo"), tried("zonkett")
    assert found.changed - nothing.changed == 3
    assert found.hidden - nothing.hidden == 2
    told = {each.message_id: each.after for each in found.messages if "zonkett" in each.body}
    assert told == {said[1]: Decision.REMOVE}
    for who in (owner, member, stranger):
        with pytest.raises(NotAllowed):
            tried("zonkett", who)


def test_only_moderators_of_the_room_simulate_measure_and_judge_anew(
    deps: Deps, private_room: Place, member: Someone, stranger: Someone
) -> None:
    refused: list[tuple[Someone, type[Exception]]] = [
        (member, NotAllowed),
        (stranger, RoomUnavailable),
    ]
    for who, error in refused:
        with pytest.raises(error):
            would(deps, private_room, who)
        with pytest.raises(error):
            decided.measure(deps, actor_id=who.id, room_id=private_room.id, threshold=0.8)
        with pytest.raises(error):
            rejudging.rejudge(deps, actor_id=who.id, room_id=private_room.id, newest=5)
        with pytest.raises(error):
            numbers.count(deps, actor_id=who.id, room_id=private_room.id)
        with pytest.raises(error):
            rejudging.get_progress(deps, actor_id=who.id, room_id=private_room.id)


def test_the_measured_precision_counts_moderators_decisions_that_stand(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    bad = [post(deps, private_room, member, f"{ABUSE} {n}") for n in range(3)]
    judging.judge_waiting(deps)
    here: dict[str, Any] = {"actor_id": moderator.id, "room_id": private_room.id}
    decisions.remove(deps, **here, message_id=bad[0])
    decisions.keep(deps, **here, message_id=bad[1])
    undone = decisions.remove(deps, **here, message_id=bad[2])
    undoing.undo(deps, **here, decision_id=undone)
    measured = decided.measure(deps, **here, threshold=0.8)
    assert (measured.decided, measured.over, measured.removed) == (2, 2, 1)
    assert measured.precision == 0.5
    assert not measured.is_enough


def test_judging_anew_applies_todays_policy_to_what_nobody_decided_about(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    bad = [post(deps, private_room, member, f"{ABUSE} {n}") for n in range(3)]
    judging.judge_waiting(deps)
    here: dict[str, Any] = {"actor_id": moderator.id, "room_id": private_room.id}
    decisions.keep(deps, **here, message_id=bad[1])
    moderated(deps, private_room, Mode.AUTO)
    assert rejudging.rejudge(deps, **here, newest=2) == rejudging.Progress(0, 2)
    assert rejudging.get_progress(deps, **here).is_running
    (run,) = rows(
        deps,
        "SELECT id FROM moderation_log WHERE action = 'rejudge' AND room_id = :id",
        id=private_room.id,
    )[0]
    assert rejudging.carry_out(deps, run_id=run) == 2
    assert rejudging.carry_out(deps, run_id=run) == 0
    judging.judge_waiting(deps)
    assert rejudging.carry_out(deps, run_id=run) == 0
    assert rejudging.get_progress(deps, **here) == rejudging.Progress(2, 2)
    assert [status(deps, each) for each in bad] == ["removed", "approved", "removed"]
    assert verdicts(deps, bad[1]) == ["review"]
    (count,) = rows(deps, "SELECT moderated_count FROM rooms WHERE id = :id", id=private_room.id)[0]
    assert count == 3


def test_asking_twice_starts_one_judging_and_a_deleted_message_does_not_hold_it_up(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    said = judged(deps, private_room, member)
    here: dict[str, Any] = {"actor_id": moderator.id, "room_id": private_room.id}
    rejudging.rejudge(deps, **here, newest=10)
    rejudging.rejudge(deps, **here, newest=10)
    runs = rows(
        deps,
        "SELECT id FROM moderation_log WHERE action = 'rejudge' AND room_id = :id",
        id=private_room.id,
    )
    assert len(runs) == 1
    messages.delete_message(
        deps, actor_id=member.id, room_id=private_room.id, message_id=said["fine"]
    )
    rejudging.carry_out(deps, run_id=runs[0][0])
    judging.judge_waiting(deps)
    assert not rejudging.get_progress(deps, **here).is_running
    with pytest.raises(InvalidInput):
        rejudging.rejudge(deps, **here, newest=0)


def test_a_policy_changed_before_a_batch_is_judged_is_the_one_that_counts(
    deps: Deps, private_room: Place, member: Someone, owner: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    bad = post(deps, private_room, member, ABUSE)
    policies.change_policy(
        deps, actor_id=owner.id, room_id=private_room.id, draft=PolicyDraft({"mode": "auto"})
    )
    judging.judge_waiting(deps)
    assert status(deps, bad) == "removed"


def test_the_numbers_tell_outcomes_per_day_and_how_often_moderators_differed(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    here: dict[str, Any] = {"actor_id": moderator.id, "room_id": private_room.id}
    empty = numbers.count(deps, **here)
    assert (empty.days, empty.figures) == ((), Figures())
    moderated(deps, private_room, Mode.AUTO, holds=False)
    bad = [post(deps, private_room, member, f"{ABUSE} {n}") for n in range(3)]
    fine = post(deps, private_room, member, HARMLESS)
    judging.judge_waiting(deps)
    decisions.keep(deps, **here, message_id=bad[0])
    decisions.remove(deps, **here, message_id=bad[1])
    decisions.remove(deps, **here, message_id=fine)
    found = numbers.count(deps, **here)
    (day,) = found.days
    assert (day.approved, day.waiting, day.flagged, day.removed) == (1, 0, 0, 3)
    assert (found.figures.removed, found.figures.overturned) == (2, 1)
    assert (found.figures.compared, found.figures.agreed) == (3, 1)
    assert day.figures == found.figures
    moderated(deps, private_room, Mode.SEMI_AUTO)
    flagged = post(deps, private_room, member, f"{ABUSE} again")
    judging.judge_waiting(deps)
    decisions.remove(deps, **here, message_id=flagged)
    after_wait = numbers.count(deps, **here).figures.median_wait
    assert after_wait is not None
    assert after_wait.total_seconds() >= 0


def test_figures_are_those_of_the_day_and_of_the_last_day_in_all_rooms_that_one_moderates(
    deps: Deps, private_room: Place, owner: Someone, member: Someone, moderator: Someone
) -> None:
    next_day = replace(deps, clock=lambda: deps.clock() + timedelta(hours=25))
    other = make_room(deps, owner)
    bring_in(deps, other, by=owner, who=member)
    for then, room, act in (
        (deps, private_room, decisions.keep),
        (next_day, private_room, decisions.remove),
        (next_day, other, decisions.keep),
    ):
        moderated(deps, room, Mode.AUTO, holds=False)
        said = post(deps, room, member, ABUSE)
        judging.judge_waiting(deps)
        where: dict[str, Any] = {"room_id": room.id, "message_id": said}
        appeals.appeal(deps, actor_id=member.id, **where, text="Why?")
        act(then, actor_id=owner.id, **where)
    today, before = numbers.count(next_day, actor_id=owner.id, room_id=private_room.id).days
    assert (today.figures.removed, today.figures.overturned) == (1, 0)
    assert (before.figures.removed, before.figures.overturned) == (1, 1)
    for who, removed, overturned in ((owner, 2, 1), (moderator, 1, 0), (member, 0, 0)):
        recent = numbers.count_recent(next_day, actor_id=who.id)
        assert (recent.removed, recent.overturned) == (removed, overturned)
