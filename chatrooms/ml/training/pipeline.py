"""From a file of labelled texts to a stored model with its card."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from chatrooms.ml import shipped_file
from chatrooms.ml.errors import CorpusUnusable
from chatrooms.ml.model import ToxicityModel
from chatrooms.ml.training.card import as_markdown, make_card
from chatrooms.ml.training.corpus import read_corpus
from chatrooms.ml.training.data import gather
from chatrooms.ml.training.fit import Tell, fit
from chatrooms.ml.training.lessons import make_lessons
from chatrooms.ml.training.measure import THRESHOLD, Numbers, measure


def train(
    data: Path, file: Path, *, page: Path, hard_cases: Path | None, tell: Tell
) -> dict[str, Any]:
    """Train on the rows of split `train`, calibrate and measure on `valid`, and store.

    `page`: where the readable card goes. Returns the card. Raises: CorpusUnusable.
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
    tell("Storing")
    card = shipped_file.save(trained, file, make_card(data, examples, taught, measured))
    page.write_text(as_markdown(card), encoding="utf-8")
    return card


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
