"""Questions to a room's history, through the command that people call."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chatrooms.cli.app import make_app
from chatrooms.ml.retrieve.conversation import Line, answered_lines
from chatrooms.ml.retrieve.wording import content_stems

TALK = [
    ("ana", "good morning everybody"),
    ("ben", "Does anybody know when the bakery opens on Sunday?"),
    ("cleo", "my bicycle has a flat tyre again"),
    ("ana", "ben: at eight, but the rolls are gone by nine"),
    ("dan", "the red line is closed until March, take the tram instead"),
    ("cleo", "I patched the tyre with a kit from the hardware shop"),
    ("ben", "thanks"),
    ("dan", "lunch at noon in the small kitchen?"),
    ("ana", "ok"),
    ("cleo", "the projector needs a new lamp, I ordered one yesterday"),
    ("dan", "see you later"),
    ("ben", "the key for the cellar hangs behind the door"),
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.jsonl.gz"
    rows = [
        {"id": f"{session}:{place}", "room": "home", "session": session, "author": author}
        | {"sent_at": "2024-01-01T00:00:00Z", "text": text, "reply_to": None}
        for session, talk in (("home", TALK), ("away", [("eve", "the bakery opens at seven")]))
        for place, (author, text) in enumerate(talk)
    ]
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return file


def ask(log: Path, *lines: object) -> Result:
    return CliRunner().invoke(
        make_app(["answer"]),
        ["answer", "--log", str(log), "--embeddings", "lexical"],
        input="".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines),
    )


def question(text: str, *sessions: str) -> dict[str, Any]:
    return {"id": text, "room": "home", "sessions": sessions or ["home"], "question": text}


def test_the_answer_is_found_below_the_question_and_only_in_the_named_sessions(log: Path) -> None:
    when = "When does the bakery open on Sunday?"
    result = ask(log, question(when), question("Where is the cellar key?"), question(when, "away"))
    assert result.exit_code == 0, result.stderr
    bakery, key, away = (json.loads(line) for line in result.stdout.splitlines())
    assert "home:3" in bakery["message_ids"][:2]
    assert len(bakery["message_ids"]) == 10
    assert key["message_ids"][0] == "home:11"
    assert not key["abstain"]
    assert key["citations"] == key["message_ids"][: len(key["citations"])]
    assert "behind the door" in key["answer"]
    assert away["message_ids"] == ["away:0"]


def test_what_the_room_never_spoke_of_is_not_answered(log: Path) -> None:
    asked = [question("Which university did Galileo lecture at?"), question("?", "elsewhere")]
    result = ask(log, *asked)
    assert result.exit_code == 0, result.stderr
    for line in result.stdout.splitlines():
        found = json.loads(line)
        assert found["abstain"]
        assert found["citations"] == []
        assert found["answer"] == "The room holds no answer to this."


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "line 2: Invalid JSON"),
        ({"id": "a", "room": "home", "sessions": ["home"]}, "line 2: question: Field required"),
        (question("x") | {"sessions": "home"}, "line 2: sessions: Input should be a valid array"),
    ],
)
def test_a_bad_question_is_told_with_its_line(log: Path, line: object, what: str) -> None:
    result = ask(log, question("Where is the cellar key?"), line)
    assert result.exit_code == 2
    assert what in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_a_bad_log_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"id": "a", "session": "s", "author": "ana", "text": "hi"}\n{"id": "b"}\n')
    result = ask(file, question("hi"))
    assert result.exit_code == 2
    assert f"{file}, line 2: session: Field required" in result.stderr
    result = ask(tmp_path / "missing.jsonl", question("hi"))
    assert result.exit_code == 2
    assert "missing.jsonl cannot be read" in result.stderr


def test_a_line_answers_what_it_replies_to_or_the_person_it_names() -> None:
    lines = [
        Line("0", "ana", "how do I leave vi?"),
        Line("1", "Ben", "who wants tea?"),
        Line("2", "cleo", "ana: escape, then :q"),
        Line("3", "dan", "@ben me please"),
        Line("4", "ana", "that was it", reply_to="2"),
        Line("5", "dan", "zoe: are you there?"),
    ]
    assert answered_lines(lines).tolist() == [-1, -1, 0, 1, 2, -1]


def test_words_that_only_look_like_forms_of_empty_ones_are_asked_about() -> None:
    # Of `noone`, `same`, `mine` and `thus`.
    assert content_stems("Does Sam have a min at noon on Thu?") == ["sam", "min", "noon", "thu"]
    assert content_stems("Which of these moved, gives, finds or does here's?") == []
