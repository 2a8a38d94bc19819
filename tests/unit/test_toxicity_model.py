import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn

from chatrooms.ml import features, shipped_file
from chatrooms.ml.card import CARD_NAME, SHIPPED
from chatrooms.ml.errors import ModelMismatch, ModelMissing
from chatrooms.ml.model import ToxicityModel, load_model

TEXTS = [
    "you are a stupid fucking idiot",
    "thanks, that fixed the build on my machine",
    "f u c k y o u, y0u 1d10t",
    "kill the process and restart the worker",
    "Привет, как дела?",
    "",
    "🔥🔥",
    "qwertzuiop asdfghjkl " * 5,
    "he said “you're a moron” to my sister " * 40,
    "ｙｏｕ ａｒｅ ｔｒａｓｈ",
]


@pytest.fixture(scope="module")
def model() -> ToxicityModel:
    return load_model()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped model and its card in a folder of their own."""
    for name in (SHIPPED.name, CARD_NAME):
        shutil.copy(SHIPPED.with_name(name), tmp_path / name)
    return tmp_path / SHIPPED.name


def change_card(file: Path, **changes: Any) -> None:
    card = file.with_name(CARD_NAME)
    card.write_text(json.dumps(json.loads(card.read_text()) | changes))


def test_the_shipped_file_fits_its_card_and_is_small(model: ToxicityModel) -> None:
    assert SHIPPED.stat().st_size < 15_000_000
    assert model.card["bytes"] == SHIPPED.stat().st_size
    assert model.version == model.card["sha256"][:12]
    assert model.card["scikit_learn"] == sklearn.__version__
    assert {"sources", "measured", "command", "use", "limits", "data"} <= model.card.keys()


def test_the_card_is_printed_for_people(model: ToxicityModel) -> None:
    page = (Path(__file__).parents[2] / "docs" / "model-card.md").read_text(encoding="utf-8")
    assert model.card["sha256"] in page


def test_the_shipped_model_does_what_it_is_for(model: ToxicityModel) -> None:
    measured = model.card["measured"]
    assert measured["valid"]["roc_auc"] > 0.92
    assert measured["valid"]["f1"] > 0.8
    assert measured["respelled"]["recall_respelled"] > 0.8


def test_no_identity_is_flagged_more_than_twice_as_often(model: ToxicityModel) -> None:
    everyone = model.card["measured"]["valid"]["false_positive_rate"]
    identities = model.card["measured"]["identities"]
    assert identities["sentences_each"] >= 40
    assert identities["highest"] <= 2 * everyone
    assert identities["highest"] <= 2 * identities["false_positive_rate"]


def test_the_fresh_half_of_the_checks_is_told_as_well(model: ToxicityModel) -> None:
    checks = model.card["measured"]["checks"]
    assert checks["groups"]["fresh"]["accuracy"] > 0.68
    assert checks["everyday"]["fresh"]["false_positive_rate"] < 0.15


@pytest.mark.parametrize(
    "make",
    [
        lambda file: file.unlink(),
        lambda file: file.with_name(CARD_NAME).unlink(),
        lambda file: file.with_name(CARD_NAME).write_text("{"),
    ],
    ids=["no file", "no card", "broken card"],
)
def test_what_is_missing_is_said(copy: Path, make: Callable[[Path], None]) -> None:
    load_model(copy)
    make(copy)
    with pytest.raises(ModelMissing):
        load_model(copy)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda file: file.write_bytes(file.read_bytes() + b"0"), "SHA-256"),
        (lambda file: change_card(file, sha256="0" * 64), "SHA-256"),
        (lambda file: change_card(file, scikit_learn="1.0"), "scikit-learn 1.0"),
        (lambda file: change_card(file, features=features.VERSION + 1), "features"),
        (lambda file: file.with_name(CARD_NAME).write_text("[]"), "SHA-256"),
    ],
    ids=["changed file", "changed digest", "other scikit-learn", "other features", "empty card"],
)
def test_what_does_not_fit_is_refused_before_it_is_unpickled(
    copy: Path, make: Callable[[Path], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_model(copy)
    make(copy)
    monkeypatch.setattr(joblib, "load", lambda _: pytest.fail("it was unpickled"))
    with pytest.raises(ModelMismatch, match=said):
        load_model(copy)


def test_scoring_gives_what_the_estimators_give(model: ToxicityModel) -> None:
    trained, _ = shipped_file.load(SHIPPED)
    logits = trained.pipeline.decision_function(TEXTS)
    np.testing.assert_allclose(model.logits(TEXTS), logits, atol=1e-4)
    expected = trained.calibration.predict_proba(np.reshape(logits, (-1, 1)))[:, 1]
    np.testing.assert_allclose(model.calibrated(model.logits(TEXTS)), expected, atol=1e-4)


def test_a_batch_gives_what_single_texts_give(model: ToxicityModel) -> None:
    together = model.score(TEXTS)
    alone = np.concatenate([model.score([text]) for text in TEXTS])
    assert together.shape == (len(TEXTS),)
    np.testing.assert_allclose(together, alone, atol=1e-9)
    assert model.score([]).shape == (0,)


@pytest.mark.parametrize("text", TEXTS)
def test_weights_add_up_to_the_logit(model: ToxicityModel, text: str) -> None:
    explained = model.explain(text)
    total = explained.bias + math.fsum(evidence.weight for evidence in explained.evidence)
    assert total == pytest.approx(explained.logit, abs=1e-4)
    assert explained.logit == pytest.approx(model.logits([text])[0], abs=1e-9)
    for evidence in explained.evidence:
        assert evidence.spans
        assert all(0 <= start < end <= len(text) for start, end in evidence.spans)


def test_an_explanation_marks_the_words_that_were_typed(model: ToxicityModel) -> None:
    text = "Thanks for the patch, but you are a fuсking 1d10t!"
    marked = [text[mark.start : mark.end] for mark in model.explain(text).marks]
    assert any("1d10t" in part for part in marked)
    assert not any("Thanks" in part or "patch" in part for part in marked)


@pytest.mark.parametrize(
    "text",
    [
        "you are a fucking idiot",
        "shut up, you worthless piece of shit",
        "kill yourself",
        "I will find you and kill you",
        "all women are stupid whores",
        "go back to your country, you filthy animals",
        "y.o.u a.r.e an 1d10t",
        "f u c k y o u b i t c h",
    ],
)
def test_abuse_is_told(model: ToxicityModel, text: str) -> None:
    assert model.score([text])[0] > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "kill the process and start it again",
        "good morning, shall we meet at ten?",
        "my brother is gay and he is getting married in June",
        "fuck yeah, we won the game",
        "the migration failed on the third table, I will look into it",
        "someone told me to kill myself, can a moderator please help?",
        "Scunthorpe is a town in Lincolnshire",
    ],
)
def test_harmless_text_is_told(model: ToxicityModel, text: str) -> None:
    assert model.score([text])[0] < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Привет, как дела?",
        "你好，今天天气不错",
        "مرحبا كيف حالك",
        "Guten Morgen, wie geht es dir heute?",
        "Hola, ¿cómo estás?",
        "Bugün hava çok güzel, dışarı çıkalım mı?",
        "tum kya kar rahe ho bhai",
        "va te faire foutre connard",
        "xkjqw vbnzz qqtrw plkjh",
    ],
)
def test_what_cannot_be_read_is_unscored(model: ToxicityModel, text: str) -> None:
    assert math.isnan(model.score([text])[0])
    assert math.isnan(model.explain(text).probability)


@pytest.mark.parametrize(
    "text",
    [
        "lol",
        "ok",
        "+1",
        "",
        "🔥🔥🔥",
        "https://example.org/a?b=c",
        "@bob",
        "thx m8 c u l8r",
        "Priyanka and Oluwaseun joined",
        "def f(x): return x ** 2",
        "kubectl get pods -n prod",
        "nginx: [emerg] bind() to 0.0.0.0:80 failed",
        "teh meetign is tomorow at ten, plaese come",
        "hahahaha",
    ],
)
def test_what_is_no_other_language_is_scored(model: ToxicityModel, text: str) -> None:
    assert 0 <= model.score([text])[0] < 0.5


def test_a_very_long_text_is_scored_by_its_beginning(model: ToxicityModel) -> None:
    assert model.score(["you are a fucking idiot. " * 100_000])[0] > 0.5
