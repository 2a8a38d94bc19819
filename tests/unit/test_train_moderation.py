import csv
import gzip
import json
import random
from pathlib import Path

import pytest

from chatrooms.ml.errors import CorpusUnusable
from chatrooms.ml.model import load_model
from chatrooms.ml.training import pipeline
from chatrooms.ml.training.checks import read_checks
from chatrooms.ml.training.corpus import read_corpus
from chatrooms.ml.training.disguise import disguise
from chatrooms.ml.training.identities import GROUPS, neutral_sentences
from chatrooms.ml.training.lessons import make_lessons
from chatrooms.ml.training.other_spellings import WAYS, respell
from chatrooms.ml.wordlist import words

THINGS = words("garden river kettle window ladder table engine bridge market basket")
HEADER = "text,label,source,split\n"


def rows(count: int) -> list[tuple[str, int, str, str]]:
    chance = random.Random(1)
    made: list[tuple[str, int, str, str]] = []
    for i in range(count):
        thing = " ".join(chance.sample(THINGS, 3))
        text = f"you are a blasted {thing}" if i % 2 else f"we like the {thing}"
        source = "made_up" if i % 4 < 2 else "another"
        made.append((text, i % 2, source, "valid" if i % 5 == 0 else "train"))
    return made


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    file = tmp_path / "corpus.csv.gz"
    with gzip.open(file, "wt", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("text", "label", "source", "split"), *rows(200)])
    return file


@pytest.fixture
def few_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence of each template is enough to learn the way."""
    monkeypatch.setattr("chatrooms.ml.training.lessons._FILLINGS", 1)
    monkeypatch.setattr("chatrooms.ml.training.lessons._FILLINGS_WITH_PEOPLE", 1)


@pytest.mark.usefixtures("few_lessons")
def test_training_twice_gives_the_same_model_which_has_learnt(corpus: Path, tmp_path: Path) -> None:
    steps: dict[str, list[str]] = {"first": [], "second": []}
    cards = [
        pipeline.train(
            corpus,
            tmp_path / name / "toxicity.joblib",
            page=tmp_path / name / "card.md",
            hard_cases=None,
            leave_out=left_out,
            tell=steps[name].append,
        )
        for name, left_out in (("first", ()), ("second", ("another",)))
    ]
    assert cards[0]["sha256"] == cards[1]["sha256"]
    assert [s for s in steps["second"] if "without" in s] == ["Training without another"]
    assert cards[1]["measured"]["left_out"]["another"]["rows"] == 100
    model = load_model(tmp_path / "first" / "toxicity.joblib")
    abuse, harmless = model.score(["you are a blasted kettle", "we like the kettle"])
    assert abuse > 0.5 > harmless
    card = json.loads((tmp_path / "first" / "card.json").read_text())
    expected = {"train": [40, 40], "valid": [10, 10]}
    assert card["sources"] == {"another": expected, "made_up": expected}
    assert card["measured"]["valid"]["roc_auc"] > 0.9
    assert card["sha256"] in (tmp_path / "first" / "card.md").read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no column 'text', 'label', 'source', 'split'"),
        ("text,label,split\na,0,train\n", "no column 'source'"),
        (HEADER + "a,2,s,train\n", "line 2: the label is '2'"),
        (HEADER + "a,0,s,test\n", "line 2: the split is 'test'"),
        (HEADER + "a,0\n", "line 2: a column is missing"),
        (HEADER + "a,0,s,train\nb,1,s,train\n", "split 'valid'"),
        (HEADER + "a,0,s,train\nb,0,s,valid\nb,1,s,valid\n", "split 'train'"),
    ],
)
def test_a_file_that_cannot_be_learnt_from_is_refused(
    tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "corpus.csv"
    file.write_text(content)
    with pytest.raises(CorpusUnusable, match=said):
        read_corpus(file)


@pytest.mark.parametrize("name", ["missing.csv", "missing.csv.gz"])
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusUnusable, match="cannot be read"):
        read_corpus(tmp_path / name)


@pytest.mark.parametrize(
    "content", [b"no gzip at all", gzip.compress(b"text,label" * 999, mtime=0)[:-9]]
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "corpus.csv.gz"
    file.write_bytes(content)
    with pytest.raises(CorpusUnusable, match="cannot be read"):
        read_corpus(file)


def test_lessons_are_the_same_each_time_and_in_balance() -> None:
    lessons = make_lessons()
    assert lessons == make_lessons()
    assert 0.3 < sum(lesson.label for lesson in lessons) / len(lessons) < 0.7
    assert all("{" not in lesson.text for lesson in lessons)
    topics = {lesson.topic for lesson in lessons}
    for topic in topics:
        assert {lesson.label for lesson in lessons if lesson.topic == topic} == {0, 1}
        assert any(lesson.is_held for lesson in lessons if lesson.topic == topic)


def test_no_sentence_is_both_taught_and_held_back() -> None:
    lessons = make_lessons()
    held = {lesson.text.lower() for lesson in lessons if lesson.is_held}
    assert held.isdisjoint(lesson.text.lower() for lesson in lessons if not lesson.is_held)


def test_no_check_is_taught_and_both_halves_ask_for_every_ability() -> None:
    checks = read_checks()
    taught = {lesson.text.lower() for lesson in make_lessons()}
    assert taught.isdisjoint(check.text.lower() for check in checks)
    assert taught.isdisjoint(text.lower() for group in GROUPS for text in neutral_sentences(group))
    assert {c.ability for c in checks if c.is_fresh} == {c.ability for c in checks}
    assert {c.ability for c in checks if not c.is_fresh} == {c.ability for c in checks}
    assert all("{" not in check.text for check in checks)


@pytest.mark.parametrize("way", WAYS)
def test_respelling_changes_the_telling_word(way: str) -> None:
    text = "what a stupid person"
    assert respell(text, way, random.Random(2)) != text


def test_disguising_changes_abusive_words_first() -> None:
    chance = random.Random(3)
    for _ in range(50):
        disguised = disguise("such a stupid sandwich", chance)
        assert disguised.startswith("such a ")
        assert disguised.endswith(" sandwich")
