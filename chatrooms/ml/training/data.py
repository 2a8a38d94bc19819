"""What the model is taught: the corpus, the lessons, and disguised copies of both."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.training.corpus import Example
from chatrooms.ml.training.disguise import disguise, has_telling_word
from chatrooms.ml.training.lessons import Lesson

SEED: Final = 4
WEIGHT_OF_SOURCE: Final = {"civil_not_toxic": 0.3, "hatexplain": 0.7}
"""Rows of sources whose labels are contested count for less than one."""
WEIGHT_OF_LESSON: Final = 1.5
WEIGHT_OF_TOPIC: Final = {"identity": 0.75, "groups": 0.75, "ways_of_life": 1.25}
"""Topics with so many lessons that each of them counts for less."""
WEIGHT_OF_DISGUISE: Final = 0.5
_MAX_DISGUISED_CHARS: Final = 300
_SHARE_DISGUISED: Final = 0.15
_SHARE_DISGUISED_OTHERWISE: Final = 0.04
"""Of the texts without a word that people disguise."""
_SHARE_DISGUISED_LESSONS: Final = 0.3
_SHARE_IN_COMPANY: Final = 0.3
"""Of the lessons that are taught once more, beside a harmless row of the corpus."""
_MAX_COMPANY_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class Taught:
    """Texts with labels and weights, in this order everywhere."""

    texts: list[str]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    plain: int
    """How many of them, from the first, are no disguised copies."""


def gather(examples: Sequence[Example], lessons: Sequence[Lesson]) -> Taught:
    """All that is taught, the same for the same input."""
    chance = random.Random(SEED)
    rows = [
        (example.text, example.label, WEIGHT_OF_SOURCE.get(example.source, 1.0))
        for example in examples
    ]
    taught = [lesson for lesson in lessons if not lesson.is_held]
    rows += [(lesson.text, lesson.label, _weight(lesson)) for lesson in taught]
    rows += _in_company(examples, taught, chance)
    plain = len(rows)
    rows += _disguised(examples, taught, chance)
    return Taught(
        texts=[text for text, _, _ in rows],
        labels=np.array([label for _, label, _ in rows], dtype=np.int64),
        weights=np.array([weight for _, _, weight in rows]),
        plain=plain,
    )


def _weight(lesson: Lesson) -> float:
    return WEIGHT_OF_TOPIC.get(lesson.topic, WEIGHT_OF_LESSON)


def _in_company(
    examples: Sequence[Example], lessons: Sequence[Lesson], chance: random.Random
) -> Iterator[tuple[str, int, float]]:
    """Lessons in one message with what somebody harmless wrote: no style is abuse or excuses it."""
    company = [
        example.text
        for example in examples
        if example.label == 0 and len(example.text) <= _MAX_COMPANY_CHARS
    ]
    for lesson in lessons:
        if company and chance.random() < _SHARE_IN_COMPANY:
            texts = chance.sample((lesson.text, chance.choice(company)), 2)
            yield chance.choice((". ", ", ", " ")).join(texts), lesson.label, _weight(lesson)


def _disguised(
    examples: Sequence[Example], lessons: Sequence[Lesson], chance: random.Random
) -> Iterator[tuple[str, int, float]]:
    for example in examples:
        is_telling = has_telling_word(example.text)
        share = _SHARE_DISGUISED if is_telling else _SHARE_DISGUISED_OTHERWISE
        if len(example.text) <= _MAX_DISGUISED_CHARS and chance.random() < share:
            yield disguise(example.text, chance), example.label, WEIGHT_OF_DISGUISE
    for lesson in lessons:
        if chance.random() < _SHARE_DISGUISED_LESSONS:
            yield disguise(lesson.text, chance), lesson.label, WEIGHT_OF_DISGUISE
