"""What a quiet room could be asked, out of its own words."""

from dataclasses import replace

import pytest

from chatrooms.ml.ideas.alternatives import find_polls
from chatrooms.ml.ideas.choices import choices_asked
from chatrooms.ml.ideas.open_questions import find_openers
from chatrooms.ml.ideas.room import Room
from chatrooms.ml.ideas.topics import find_topics
from tests.support import quiet_rooms
from tests.support.quiet_rooms import replying, room

TAGS = ("vegetables", "tomatoes")
RESTING = quiet_rooms.TOMATOES + quiet_rooms.FILLER


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("Should we go with Postgres or MySQL?", ("Postgres", "MySQL")),
        ("Vim vs Emacs?", ("Vim", "Emacs")),
        ("What's better for beginners, Flask or Django?", ("Flask", "Django")),
        ("Should the logo be blue, green or red?", ("blue", "green", "red")),
        ("Do we ship on Monday or wait for the audit?", ("ship on Monday", "wait for the audit")),
        (
            "Which venue do we want: the boat house, the old brewery or the park?",
            ("boat house", "old brewery", "park"),
        ),
        ("Should we take option A or option B?", ("option A", "option B")),
        ("Do we meet on Friday or on Saturday for the party?", ("Friday", "Saturday")),
        ("Should we do it or not?", ()),
        ("Is it a bug or something?", ()),
        ("Who is coming?", ()),
    ],
)
def test_choices_are_taken_out_of_a_question(question: str, choices: tuple[str, ...]) -> None:
    assert choices_asked(question) == choices


def test_what_people_differ_about_becomes_a_poll_in_their_words() -> None:
    (poll,) = find_polls(room(quiet_rooms.DATABASE))
    assert poll.question == "For the new billing service, should we go with Postgres or MySQL?"
    assert poll.choices == ("Postgres", "MySQL")
    assert poll.evidence == (1, 2, 3)
    assert poll.why == (
        "Ada, Bert and Cleo talked about this on 3 May, and no decision was written down."
    )


def test_two_preferences_for_different_things_are_a_poll_without_a_question() -> None:
    (poll,) = find_polls(room(quiet_rooms.EDITORS))
    assert set(poll.choices) == {"tabs", "spaces"}


def test_two_people_who_set_one_name_against_another_are_a_poll() -> None:
    said = "Cleo: We have Flask at work.\nAda: I learned Flask long before Django.\n"
    second = "Bert: For me Flask is quite different to Django, more explicit."
    (poll,) = find_polls(room(said + second))
    assert set(poll.choices) == {"Flask", "Django"}
    assert poll.evidence == (2, 3)
    assert find_polls(room(said)) == []


def test_what_was_decided_is_not_voted_on() -> None:
    (poll,) = find_polls(room(quiet_rooms.MEETING))
    assert poll.choices == ("Friday", "Saturday")
    assert find_polls(room(quiet_rooms.DECIDED)) == []


def test_nobody_is_asked_to_vote_on_what_one_person_said_alone() -> None:
    alone = quiet_rooms.MEETING.replace("Bert:", "Ada:").replace("Cleo:", "Ada:")
    assert find_polls(room(quiet_rooms.MEETING))
    assert find_polls(room(alone)) == []


def test_people_are_not_voted_on() -> None:
    about = "Ada: Should we ask {} or {}?\nBert: I prefer {} over {}.\nCleo: Ask me."
    assert find_polls(room(about.format(*["Shell", "Esso"] * 2)))
    assert find_polls(room(about.format(*["Bert", "Cleo"] * 2))) == []


def test_a_question_of_fact_is_no_poll() -> None:
    assert find_polls(room("Ada: Do you have Nvidia or AMD?\nBert: I love AMD.")) == []


def test_what_is_said_to_an_assistant_is_no_idea() -> None:
    asked = room(quiet_rooms.DATABASE.replace("Ada: For", "Ada: Assistant: make a poll. For"))
    assert find_polls(room(quiet_rooms.DATABASE))
    assert find_polls(asked) == []
    question = "Does anyone know how"
    asked = room(quiet_rooms.GREENHOUSE.replace(question, f"@assistant {question}"))
    assert find_openers(room(quiet_rooms.GREENHOUSE))
    assert find_openers(asked) == []


def test_an_open_question_is_quoted_with_what_was_said_about_it() -> None:
    (opener,) = find_openers(room(quiet_rooms.GREENHOUSE))
    assert "Cleo asked on 3 May: \u201cDoes anyone know how to calibrate" in opener.text
    assert "Ada wrote about it: \u201cThe greenhouse heater was replaced in March" in opener.text
    assert "Nobody has answered yet" in opener.text
    assert opener.evidence == (1, 3)


@pytest.mark.parametrize("words", [6, 12, 25, 40])
def test_an_opener_has_from_50_to_100_words(words: int) -> None:
    asked = " ".join(f"word{n}" for n in range(words - 3))
    (opener,) = find_openers(room(f"Ada: Does anyone know {asked}?"))
    assert 50 <= len(opener.text.split()) <= 100
    assert asked in opener.text


@pytest.mark.parametrize("thread", [True, False])
def test_a_question_with_a_reply_is_answered(thread: bool) -> None:
    elsewhere = "".join(f"\nDan: @Bert: row {n} is dug over." for n in range(5))
    quiet = room(quiet_rooms.GREENHOUSE + elsewhere)
    reply = replying(quiet.lines, "Bert", "Ask Dan.", to=3, thread=thread)
    unrelated = replying(quiet.lines, "Bert", "@Dan Hello there.", to=1, thread=thread)
    assert find_openers(replace(quiet, lines=(*quiet.lines, unrelated)))
    assert find_openers(replace(quiet, lines=(*quiet.lines, reply))) == []


@pytest.mark.parametrize(
    "answer",
    [
        "Bert: Cleo: there is a small screw under the dial.",
        "Bert: Turn the screw until it clicks.",
        "Bert: https://heaters.example/manual",
        "Cleo: Never mind, found it.",
    ],
)
def test_a_question_is_answered_by_what_follows(answer: str) -> None:
    assert find_openers(room(quiet_rooms.GREENHOUSE))
    assert find_openers(room(quiet_rooms.GREENHOUSE + answer)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Hi, anyone here?",
        "Can anyone help me?",
        "Bert: did you water the tomatoes in the greenhouse yesterday?",
        "Bert did anyone water the tomatoes in the greenhouse yesterday?",
        "That did not work with the tomatoes, why is that in a greenhouse?",
        "@bert did anyone water the tomatoes in the greenhouse?",
        "Why is it that it does this?",
        "Who cares about tomatoes in a greenhouse anyway, right?",
    ],
)
def test_questions_that_nobody_else_can_answer_open_no_thread(text: str) -> None:
    assert find_openers(room(f"Bert: Good morning to all.\nAda: {text}")) == []


def test_a_topic_is_what_several_talked_about_and_nobody_lately() -> None:
    topic = find_topics(room(RESTING, tags=TAGS))[0]
    assert topic.title == "Tomatoes and lower leaves"
    assert topic.text.count("wrote: \u201c") == 2
    assert set(topic.evidence) <= {1, 2, 3, 4, 5}


def test_what_is_being_talked_about_is_no_topic() -> None:
    assert find_topics(room(RESTING, tags=TAGS))
    assert find_topics(room(quiet_rooms.FILLER + quiet_rooms.TOMATOES, tags=TAGS)) == []


def test_the_name_of_the_room_is_no_topic() -> None:
    named = find_topics(room(RESTING, name="Tomatoes", tags=("tomatoes",)))
    assert not any("tomato" in each.title.lower() for each in named)


def test_a_room_without_messages_gives_no_ideas() -> None:
    empty = Room(())
    assert (find_polls(empty), find_openers(empty), find_topics(empty)) == ([], [], [])
