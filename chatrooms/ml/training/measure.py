"""How well a model does, on texts that it was not taught."""

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)

from chatrooms.ml.model import ToxicityModel
from chatrooms.ml.training.checks import measure_checks
from chatrooms.ml.training.corpus import Example
from chatrooms.ml.training.identities import GROUPS, neutral_sentences
from chatrooms.ml.training.lessons import Lesson
from chatrooms.ml.training.other_spellings import WAYS, has_telling_word, respell

Numbers = dict[str, Any]
Floats = NDArray[np.float64]

THRESHOLD: Final = 0.5
RECALL: Final = 0.8
_MIN_OF_EACH: Final = 6
"""Rows of each label, for a figure of one source to mean anything."""
_MAX_RESPELLED: Final = 1200
_MAX_RESPELLED_CHARS: Final = 250
_BINS: Final = 10


def measure(model: ToxicityModel, valid: Sequence[Example], lessons: Sequence[Lesson]) -> Numbers:
    """All figures of the card. A text that cannot be read counts as not flagged."""
    scores = _scores(model, [example.text for example in valid])
    labels = np.array([example.label for example in valid])
    return {
        "valid": overall(labels, scores),
        "calibration": _reliability(labels, scores),
        "sources": _by_source(valid, labels, scores),
        "lessons_held": _lessons(model, [lesson for lesson in lessons if lesson.is_held]),
        "checks": measure_checks(model, THRESHOLD),
        "respelled": _respelled(model, valid),
        "identities": _identities(model),
        "unreadable_share": round(
            float(np.isnan(model.score([example.text for example in valid])).mean()), 4
        ),
    }


def overall(labels: NDArray[np.int64], scores: Floats) -> Numbers:
    """The figures of one set with both labels."""
    precision, recall, _ = precision_recall_curve(labels, scores)
    flagged = scores >= THRESHOLD
    return {
        "rows": len(labels),
        "abusive": int(labels.sum()),
        "roc_auc": _round(roc_auc_score(labels, scores)),
        "f1": _round(f1_score(labels, flagged)),
        "precision": _round(precision_score(labels, flagged, zero_division=cast(Any, 0))),
        "recall": _round(recall_score(labels, flagged)),
        "precision_at_recall_0.8": _round(precision[recall >= RECALL].max()),
        "false_positive_rate": _round(flagged[labels == 0].mean()),
    }


def _scores(model: ToxicityModel, texts: Sequence[str]) -> Floats:
    return np.nan_to_num(model.score(texts), nan=0.0)


def _share(flags: NDArray[np.bool_]) -> float | None:
    return _round(flags.mean()) if len(flags) else None


def _round(value: Any) -> float:
    return round(float(value), 4)


def _reliability(labels: NDArray[np.int64], scores: Floats) -> list[Numbers]:
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    return [
        {
            "from": b / _BINS,
            "rows": int((bins == b).sum()),
            "mean_score": _round(scores[bins == b].mean()),
            "abusive_share": _round(labels[bins == b].mean()),
        }
        for b in range(_BINS)
        if (bins == b).any()
    ]


def _by_source(
    valid: Sequence[Example], labels: NDArray[np.int64], scores: Floats
) -> dict[str, Numbers]:
    rows: dict[str, list[int]] = defaultdict(list)
    for i, example in enumerate(valid):
        rows[example.source].append(i)
    figures: dict[str, Numbers] = {}
    for source, places in sorted(rows.items()):
        here, score = labels[places], scores[places]
        numbers: Numbers = {"rows": len(places), "abusive": int(here.sum())}
        if min(here.sum(), len(here) - here.sum()) >= _MIN_OF_EACH:
            numbers["roc_auc"] = _round(roc_auc_score(here, score))
        if here.any():
            numbers["recall"] = _round((score[here == 1] >= THRESHOLD).mean())
        if not here.all():
            numbers["false_positive_rate"] = _round((score[here == 0] >= THRESHOLD).mean())
        figures[source] = numbers
    return figures


def _lessons(model: ToxicityModel, lessons: Sequence[Lesson]) -> dict[str, Numbers]:
    figures: dict[str, Numbers] = {}
    for topic in sorted({lesson.topic for lesson in lessons}):
        here = [lesson for lesson in lessons if lesson.topic == topic]
        scores = _scores(model, [lesson.text for lesson in here])
        labels = np.array([lesson.label for lesson in here])
        figures[topic] = {
            "harmless": int((labels == 0).sum()),
            "false_positive_rate": _share(scores[labels == 0] >= THRESHOLD),
            "abusive": int(labels.sum()),
            "recall": _share(scores[labels == 1] >= THRESHOLD),
        }
    return figures


def _respelled(model: ToxicityModel, valid: Sequence[Example]) -> Numbers:
    chance = random.Random(0)
    texts = [
        example.text
        for example in valid
        if example.label == 1
        and len(example.text) <= _MAX_RESPELLED_CHARS
        and has_telling_word(example.text)
    ][:_MAX_RESPELLED]
    ways = [WAYS[i % len(WAYS)] for i in range(len(texts))]
    respelled = [respell(text, way, chance) for text, way in zip(texts, ways, strict=True)]
    clear = _scores(model, texts) >= THRESHOLD
    disguised = _scores(model, respelled) >= THRESHOLD
    return {
        "rows": len(texts),
        "recall_clear": _share(clear),
        "recall_respelled": _share(disguised),
        "ways": {way: _share(disguised[np.array(ways) == way]) for way in WAYS if way in ways},
    }


def _identities(model: ToxicityModel) -> Numbers:
    """False positives among neutral sentences, for each identity and for all together."""
    rates = {
        group: float((_scores(model, neutral_sentences(group)) >= THRESHOLD).mean())
        for group in GROUPS
    }
    everyone = float(np.mean(list(rates.values())))
    return {
        "sentences_each": len(neutral_sentences(GROUPS[0])),
        "false_positive_rate": _round(everyone),
        "highest": _round(max(rates.values())),
        "by_identity": {group: _round(rate) for group, rate in sorted(rates.items())},
    }
