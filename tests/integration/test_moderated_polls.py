"""What a poll offers is judged with its question, and read by its author and by moderators."""

import csv
import io

import pytest

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import CaseUnavailable
from chatrooms.domain.moderation import Mode, Queue
from chatrooms.domain.rules import RuleDraft
from chatrooms.services import history, polls
from chatrooms.services.moderation import (
    judging,
    log,
    log_export,
    queue,
    reports,
    review,
    rules,
    standing,
)
from chatrooms.services.moderation.log_filter import LogFilter
from chatrooms.services.moderation.texts import Choice
from chatrooms.services.polls import PollDraft
from chatrooms.state.audit_words import log_row
from chatrooms.state.case_rows import case_row
from tests.support.inspect import rows
from tests.support.moderation import moderated, open_queue, shown, status, waiting
from tests.support.people import Place, Someone, post

QUESTION = "Where shall we meet for the summer party with everybody from the club?"
FINE = (
    "At the lake in the afternoon",
    "In the garden behind the house",
    "At the old mill with the big wheel",
    "In the library on Friday evening",
    "At the market",
    "In the park near the river",
    "By the sea on a warm day",
    "At my place with the kids",
)
RUDE = "Ann is a stupid bitch"


@pytest.fixture
def room(deps: Deps, private_room: Place, owner: Someone, member: Someone) -> Place:
    return moderated(deps, private_room, Mode.AUTO)


def ask(deps: Deps, room: Place, who: Someone, *choices: str, question: str = QUESTION) -> int:
    return polls.open_poll(
        deps,
        actor_id=who.id,
        room_id=room.id,
        client_id=deps.ids.client_id(),
        draft=PollDraft(question, choices),
    )


def case_of(deps: Deps, message_id: int) -> int:
    return rows(deps, "SELECT id FROM cases WHERE message_id = :id", id=message_id)[0][0]


def marked(choices: tuple[Choice, ...]) -> dict[str, list[str]]:
    """What is marked in each choice."""
    return {each.text: [each.text[m.start : m.end] for m in each.marks] for each in choices}


def test_an_insult_among_many_harmless_choices_is_kept_back_and_marked_for_its_author_alone(
    deps: Deps, room: Place, owner: Someone, member: Someone
) -> None:
    fine = ask(deps, room, member, *FINE)
    rude = ask(deps, room, member, *FINE, RUDE)
    held = standing.list_own(deps, actor_id=member.id, room_id=room.id)
    assert [(each.is_held, [c.text for c in each.choices]) for each in held] == [
        (True, [*FINE]),
        (True, [*FINE, RUDE]),
    ]
    judging.judge_waiting(deps)
    assert [status(deps, each) for each in (fine, rude)] == ["approved", "removed"]
    assert [message.id for message in history.load_view(deps, room_id=room.id).messages] == [fine]
    (own,) = standing.list_own(deps, actor_id=member.id, room_id=room.id)
    words = marked(own.choices)
    assert (own.message_id, own.body, own.is_held, own.marks) == (rude, QUESTION, True, ())
    assert "bitch" in " ".join(words.pop(RUDE))
    assert words == {text: [] for text in FINE}
    assert standing.list_own(deps, actor_id=owner.id, room_id=room.id) == []


def test_an_insult_that_begins_in_the_question_and_ends_in_a_choice_is_found(
    deps: Deps, room: Place, member: Someone, moderator: Someone
) -> None:
    rules.add_rule(
        deps,
        actor_id=moderator.id,
        room_id=room.id,
        draft=RuleDraft("Rude", "words", "hold", {"words": "late quux"}),
    )
    fine = ask(deps, room, member, "Soon", "Never", question="Are you late")
    rude = ask(deps, room, member, "Quux", "Never", question="Are you late")
    judging.judge_waiting(deps)
    assert [open_queue(deps, each) for each in (fine, rude)] == ["", "flagged"]
    case = review.get_case(deps, actor_id=moderator.id, case_id=case_of(deps, rude))
    # The model may mark more of the question.
    assert case.body[case.marks[-1].start : case.marks[-1].end].endswith("late")
    assert marked(case.choices)["Quux"] == ["Quux"]


def test_only_the_same_poll_with_the_same_choices_repeats_itself(
    deps: Deps, private_room: Place, member: Someone, moderator: Someone
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    rules.add_rule(
        deps,
        actor_id=moderator.id,
        room_id=private_room.id,
        draft=RuleDraft("Again", "repeats", "remove", {"times": "2", "minutes": "10"}),
    )
    post(deps, private_room, member, "Lunch?")
    lunch = [
        ask(deps, private_room, member, *choices, question="Lunch?")
        for choices in (("Soup", "Rice"), ("Soup", "Rice", "Bread"), ("soup", "RICE"))
    ]
    judging.judge_waiting(deps)
    assert [status(deps, each) for each in lunch] == ["pending", "pending", "removed"]


def test_the_queue_and_the_log_tell_a_poll_by_its_choices_and_mark_what_was_found(
    deps: Deps, private_room: Place, moderator: Someone, member: Someone
) -> None:
    moderated(deps, private_room, Mode.SEMI_AUTO)
    poll = ask(deps, private_room, member, RUDE, *FINE)
    plain = post(deps, private_room, member, "go kill yourself you piece of shit")
    judging.judge_waiting(deps)
    cases = queue.list_cases(deps, actor_id=moderator.id, queue=Queue.FLAGGED).cases
    waits = {each.message_id: case_row(each) for each in cases}
    assert (waits[poll].text, waits[plain].choices) == (QUESTION, "")
    assert waits[poll].choices.startswith(f"{RUDE} \u00b7 {FINE[0]}")
    assert len(waits[poll].choices) < len(FINE[0]) * 5
    page = log.list_entries(deps, actor_id=moderator.id, wanted=LogFilter())
    told = {row.message_id: row for row in map(log_row, page.entries)}
    assert (told[plain].choices, told[poll].words) == ([], "")
    line = "".join(piece.text for piece in told[poll].choices)
    assert line.startswith(f"{RUDE} \u00b7 {FINE[0]}")
    assert line.endswith("\u2026")
    assert "bitch" in "".join(piece.text for piece in told[poll].choices if piece.is_marked)
    file = log_export.export_piece(deps, actor_id=moderator.id, wanted=LogFilter()).lines
    cells = [line for line in csv.reader(io.StringIO(file, newline="")) if str(poll) in line]
    assert "\n".join((QUESTION, RUDE, *FINE)) in cells[0]


def test_moderators_alone_read_the_choices_of_a_poll_in_its_case_held_or_published(
    deps: Deps,
    private_room: Place,
    owner: Someone,
    moderator: Someone,
    member: Someone,
    stranger: Someone,
) -> None:
    moderated(deps, private_room, Mode.MANUAL)
    published = ask(deps, private_room, member, "Yes", "No")
    judging.judge_waiting(deps)
    reports.report(
        deps, actor_id=owner.id, room_id=private_room.id, message_id=published, reason="Rude"
    )
    assert shown(deps, private_room) == [QUESTION]
    moderated(deps, private_room, Mode.AUTO, hides_flagged=True, flag_threshold=0.0)
    held = ask(deps, private_room, member, "One", "Two")
    judging.judge_waiting(deps)
    for message_id, choices in ((published, ["Yes", "No"]), (held, ["One", "Two"])):
        case_id = case_of(deps, message_id)
        case = review.get_case(deps, actor_id=moderator.id, case_id=case_id)
        assert (case.body, [each.text for each in case.choices]) == (QUESTION, choices)
        assert case.is_held is (message_id == held)
        for who in (member, stranger):
            with pytest.raises(CaseUnavailable):
                review.get_case(deps, actor_id=who.id, case_id=case_id)
    _, plain = waiting(deps, private_room, member)
    assert review.get_case(deps, actor_id=moderator.id, case_id=plain).choices == ()
