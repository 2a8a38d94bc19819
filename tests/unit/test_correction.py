"""Corrections add up with the shared model, and are compared with it fairly."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.ml.comparing import compare
from chatrooms.ml.correction import Correction
from chatrooms.ml.model import ToxicityModel, load_model

WORDS = ("you", "are", "a", "stupid", "goblin", "bring", "the", "potion", "idiot", "process")
TEXTS = ("you stupid goblin, bring the potion", "y0u 1d10t, you idiot", "", "🔥🔥 goblin goblin")


@pytest.fixture(scope="module")
def model() -> ToxicityModel:
    return load_model()


def correction(model: ToxicityModel, *, seed: int = 1, known: int = 30) -> Correction:
    """One with chance weights for some of the n-grams of these words."""
    buckets = np.unique(model.grams([" ".join(WORDS), *TEXTS])[1])
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(buckets, size=min(known, len(buckets)), replace=False))
    return Correction("1", model.version, 0.3, chosen, random.normal(size=len(chosen)))


@given(words=st.lists(st.sampled_from([*WORDS, "st00pid", "!", "unheard"]), max_size=12))
def test_bias_and_weights_add_up_to_the_logit(words: list[str], model: ToxicityModel) -> None:
    taught = correction(model)
    text = " ".join(words)
    explained = model.explain(text, taught)
    total = explained.bias + sum(each.weight for each in explained.evidence)
    assert total == pytest.approx(explained.logit, abs=1e-4)
    assert explained.logit == pytest.approx(float(model.logits([text], [taught])[0]), abs=1e-9)
    added = explained.logit - float(model.logits([text])[0])
    of_room = sum(each.weight for each in explained.evidence if each.is_of_room)
    assert added == pytest.approx(of_room + taught.shift, abs=1e-4)


def test_each_text_of_a_batch_gets_the_correction_of_its_own_room(model: ToxicityModel) -> None:
    one, other = correction(model), correction(model, seed=2)
    used = [one, None, other, one]
    together = model.logits(TEXTS, used)
    alone = [float(model.logits([text], [each])[0]) for text, each in zip(TEXTS, used, strict=True)]
    assert together.tolist() == pytest.approx(alone)
    assert together[1] == model.logits(TEXTS)[1]
    assert together[0] != model.logits(TEXTS)[0]


def test_a_correction_is_plain_numbers_and_comes_back_the_same(model: ToxicityModel) -> None:
    taught = correction(model)
    stored = json.loads(json.dumps(taught.stored()))
    again = Correction.from_stored(stored, version="1", model=model.version)
    used = [taught] * len(TEXTS)
    assert model.logits(TEXTS, [again] * len(TEXTS)) == pytest.approx(
        model.logits(TEXTS, used), abs=1e-4
    )
    for wrong in ({}, {**stored, "shift": "nan"}, {**stored, "buckets": stored["buckets"][1:]}):
        with pytest.raises(ValueError, match="no correction"):
            Correction.from_stored(wrong, version="1", model=model.version)


def test_what_is_better_on_many_texts_is_proven_and_on_one_posted_often_not() -> None:
    is_removed = np.arange(80) % 2 == 0
    present = np.where(is_removed, 0.7, 0.8)
    candidate = np.where(is_removed, 0.7, 0.2)
    texts = [f"text {number}" for number in range(80)]

    def difference(texts: list[str]) -> float:
        return compare(
            present=present,
            candidate=candidate,
            is_removed=is_removed,
            texts=texts,
            threshold=0.5,
            seed=1,
        ).difference.low

    assert difference(texts) > 0.3
    same = [
        text if is_abuse else "the same" for text, is_abuse in zip(texts, is_removed, strict=True)
    ]
    assert difference(same) <= 0


def test_equal_scores_differ_by_nothing() -> None:
    random = np.random.default_rng(3)
    scores, is_removed = random.random(100), random.random(100) < 0.5
    found = compare(
        present=scores,
        candidate=scores,
        is_removed=is_removed,
        texts=[str(number) for number in range(100)],
        threshold=0.3,
        seed=1,
    )
    assert (found.difference.value, found.difference.low, found.difference.high) == (0, 0, 0)
    assert found.before == found.after
    assert found.before.low < found.before.value < found.before.high
