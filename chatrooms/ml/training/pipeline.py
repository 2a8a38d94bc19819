"""From a file of labelled texts to a stored model with its card."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chatrooms.ml import shipped_file
from chatrooms.ml.errors import CorpusUnusable
from chatrooms.ml.model import ToxicityModel
from chatrooms.ml.training.card import as_markdown, make_card
from chatrooms.ml.training.corpus import Example, read_corpus
from chatrooms.ml.training.data import gather
from chatrooms.ml.training.fit import Tell, fit
from chatrooms.ml.training.lessons import Lesson, make_lessons
from chatrooms.ml.training.measure import THRESHOLD, Numbers, measure, overall


def train(
    data: Path,
    file: Path,
    *,
    page: Path,
    hard_cases: Path | None,
    leave_out: Sequence[str] = (),
    tell: Tell,
) -> dict[str, Any]:
    """Train on the rows of split `train`, calibrate and measure on `valid`, and store.

    `page`: where the readable card goes. `leave_out`: sources, each of which is also measured by a
    model that was made without it; the stored model stays the same. Returns the card. Raises:
    CorpusUnusable.
    """
    tell("Reading")
    examples = read_corpus(data)
    lessons = make_lessons()
    valid = [example for example in examples if example.split == "valid"]
    taught = gather([example for example in examples if example.split == "train"], lessons)
    trained = fit(taught, valid, tell)
    tell("Measuring")
    model = ToxicityModel(trained, {"sha256": "new"})
    measured = measure(model, valid, lessons)
    if hard_cases is not None:
        measured["hard_cases"] = _measure_hard_cases(model, hard_cases)
    if leave_out:
        measured["left_out"] = {
            source: _measure_left_out(examples, lessons, source, tell) for source in leave_out
        }
    tell("Storing")
    card = shipped_file.save(trained, file, make_card(data, examples, taught, measured))
    page.write_text(as_markdown(card), encoding="utf-8")
    return card


def _measure_left_out(
    examples: Sequence[Example], lessons: Sequence[Lesson], source: str, tell: Tell
) -> Numbers:
    """All rows of a source, by a model for which it does not exist."""
    rows = [example for example in examples if example.source == source]
    if {example.label for example in rows} != {0, 1}:
        raise CorpusUnusable(f"The source '{source}' needs rows of both labels to be left out.")
    others = [example for example in examples if example.source != source]
    valid = [example for example in others if example.split == "valid"]
    taught = gather([example for example in others if example.split == "train"], lessons)
    tell(f"Training without {source}")
    model = ToxicityModel(fit(taught, valid, tell), {"sha256": "new"})
    scores = np.nan_to_num(model.score([example.text for example in rows]))
    return overall(np.array([example.label for example in rows]), scores)


def _measure_hard_cases(model: ToxicityModel, path: Path) -> Numbers:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        texts = [row["text"] for row in rows]
        categories = [row["category"] for row in rows]
    except (OSError, KeyError) as error:
        raise CorpusUnusable(f"{path} cannot be used: {error!r}.") from error
    flagged = np.nan_to_num(model.score(texts)) >= THRESHOLD
    by_category: dict[str, list[bool]] = defaultdict(list)
    for category, is_flagged in zip(categories, flagged.tolist(), strict=True):
        by_category[category].append(is_flagged)
    return {
        "rows": len(rows),
        "false_positive_rate": round(float(flagged.mean()), 4),
        "categories": {
            category: round(float(np.mean(here)), 4)
            for category, here in sorted(by_category.items())
        },
    }
