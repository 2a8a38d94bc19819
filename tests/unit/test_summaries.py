import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatrooms.ml.summaries.cleaning import compressed, fluent
from chatrooms.ml.summaries.passages import Message, passages_of
from chatrooms.ml.summaries.summary import MAX_WORDS, Sentence, summarise

ROOT = Path(__file__).parents[2]
TALK = [
    ("Ada", "Hi all, um the the nightly backup of the billing database failed again last night."),
    ("Ben", "ok"),
    ("Ben", "Ada, the disk of the backup server is full, because old snapshots are never deleted."),
    ("Cem", "lol :joy:"),
    ("Ada", "Can we delete the snapshots that are older than a month?"),
    ("Ben", "Yes, I think we should delete old snapshots every Sunday, and we need an alert"),
    ("Cem", "mm-hmm"),
    ("Ben", "when the disk of the backup server is nearly full."),
    ("Cem", "I'll write the alert for the backup disk today: https://example.org/alerts"),
    ("Ada", "Then we decided: the snapshots go every Sunday and Cem writes the alert."),
]


def messages(talk: list[tuple[str, str]]) -> list[Message]:
    return [Message(f"m{i}", author, text) for i, (author, text) in enumerate(talk)]


def words(sentences: list[Sentence]) -> int:
    return sum(len(sentence.text.split()) for sentence in sentences)


def vocabulary(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def long_talk(count: int) -> list[tuple[str, str]]:
    said = [text for _, text in TALK]
    return [
        (f"p{i % 7}", f"{said[i % len(said)]} Case {i} is about part {i % 97}.")
        for i in range(count)
    ]


@pytest.mark.parametrize("talk", [TALK, long_talk(500), [("Ada", "word " * 3_000)]])
def test_a_summary_keeps_to_its_budget_and_to_the_words_of_what_it_cites(talk) -> None:
    given = {message.id: message for message in messages(talk)}
    found = summarise(list(given.values()))
    assert 0 < words(found) <= MAX_WORDS
    for sentence in found:
        assert sentence.cites
        cited = [given[message_id] for message_id in sentence.cites]
        said = set().union(*(vocabulary(f"{m.author} {m.text}") for m in cited))
        assert vocabulary(sentence.text) <= said


def test_a_shorter_summary_can_be_asked_for() -> None:
    assert 0 < words(summarise(messages(TALK), max_words=15)) <= 15


def test_no_sentence_is_left_under_another_name_when_one_before_it_is_withdrawn() -> None:
    given = {message.id: message for message in messages(long_talk(60))}
    found = summarise(list(given.values()), max_words=300)
    assert len(found) > 5
    for before, sentence in zip([None, *found], found, strict=False):
        told = before is not None and before.cites == sentence.cites
        author = given[str(sentence.cites[0])].author
        assert told or sentence.text.startswith(f"{author}: ")


def test_a_sentence_sent_in_two_messages_is_one_and_cites_both() -> None:
    found = [passage for passage in passages_of(messages(TALK)) if "alert when" in passage.text]
    assert [passage.cites for passage in found] == [("m5", "m7")]


def test_the_same_messages_give_the_same_summary_in_another_process() -> None:
    line = json.dumps(item("a", long_talk(900)))
    first, second = (run(line, seed=seed).stdout for seed in ("1", "2"))
    assert first == second
    assert len(json.loads(first)["sentences"]) > 1


@pytest.mark.parametrize("talk", [[], [("Ada", "")], [("Ada", "🎉🎉"), ("Ben", "👍 !!! 100")]])
def test_nothing_to_quote_gives_no_sentences(talk) -> None:
    assert summarise(messages(talk)) == []


def test_one_short_message_is_its_own_summary() -> None:
    found = summarise([Message(7, "Ada", "Ship it Friday!")])
    assert found == [Sentence("Ada: Ship it Friday!", (7,))]


def test_of_ten_thousand_messages_the_end_is_read_and_repeats_crowd_nothing_out() -> None:
    talk = TALK * 1_000
    talk[-1] = ("Zoe", "The harbour bridge of the northern island closes in November.")
    found = summarise(messages(talk), max_words=300)
    assert sum("harbour bridge" in sentence.text for sentence in found) == 1
    assert sum("nightly backup" in sentence.text for sentence in found) == 1


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("um I I've uh lost the the key", "I've lost the key"),
        ("we we should we should go", "we should go"),
        ("it is not just a toy", "it is not just a toy"),
        ("I don't really know what I think", "I don't really know what I think"),
        ("call 555 555", "call 555 555"),
        ("it is okay for me", "it is okay for me"),
    ],
)
def test_what_says_nothing_goes_and_what_says_something_stays(said: str, left: str) -> None:
    assert fluent(said) == left


def test_greeting_and_vocative_go() -> None:
    assert compressed("Hi Ada, the door is open and", frozenset({"ada"})) == "the door is open"
    assert compressed("Hi Eve, the door is open", frozenset({"ada"})) == "Eve, the door is open"


def item(item_id: str, talk: list[tuple[str, str]]) -> dict[str, object]:
    listed = [{"id": m.id, "author": m.author, "text": m.text} for m in messages(talk)]
    return {"id": item_id, "messages": listed}


def run(given: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "chatrooms", "summarize"],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed},
        check=False,
        timeout=120,
    )


def test_the_command_summarises_every_good_line_and_names_every_bad_one() -> None:
    good, twice = item("a", TALK), item("b", TALK)
    twice["messages"] = [{"id": 1, "author": "Ada", "text": "x"}] * 2
    bad = ["{", "[]", '{"id": "c"}', '{"id": "d", "messages": [{"id": "m", "author": "Ada"}]}']
    lines = [json.dumps(good), *bad, json.dumps(twice), "", json.dumps(item("e", []))]
    result = run("\n".join(lines))
    assert result.returncode == 2
    first, last = map(json.loads, result.stdout.splitlines())
    expected = [{"text": s.text, "cites": list(s.cites)} for s in summarise(messages(TALK))]
    assert first == {"id": "a", "sentences": expected}
    assert last == {"id": "e", "sentences": []}
    told = result.stderr.splitlines()
    assert [line.split(":")[0] for line in told] == [f"Line {number}" for number in range(2, 7)]
    assert "text of message 1 must be a string" in told[3]
    assert run(json.dumps(good)).returncode == 0
