"""The model's file and its card: written together, and checked before anything is unpickled."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import joblib
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from chatrooms.ml import features
from chatrooms.ml.card import CARD_NAME, RETRAIN, checked_card, digest
from chatrooms.ml.errors import ModelMismatch


@dataclass(slots=True)
class Trained:
    """What is stored: genuine estimators, and the words that English is told by."""

    pipeline: Pipeline
    """Texts -> tokens -> n-grams -> logistic regression."""
    calibration: LogisticRegression
    """From the pipeline's logit to a probability (Platt 1999)."""
    english: list[str]


def save(trained: Trained, file: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Write the model and, beside it, its card with digest and versions. Returns the whole card."""
    file.parent.mkdir(parents=True, exist_ok=True)
    joblib.dump(trained, file, compress=cast(Any, ("zlib", 9)))
    whole = card | {
        "file": file.name,
        "bytes": file.stat().st_size,
        "sha256": digest(file.read_bytes()),
        "scikit_learn": sklearn.__version__,
        "features": features.VERSION,
    }
    text = json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    (file.parent / CARD_NAME).write_text(text, encoding="utf-8")
    return whole


def load(file: Path) -> tuple[Trained, dict[str, Any]]:
    """The model and its card.

    Raises: ModelMissing, ModelMismatch. Nothing of the file is unpickled before it is known to be
    the one that the card describes, made by these versions.
    """
    card = checked_card(file)
    if card.get("features") != features.VERSION:
        raise ModelMismatch(
            f"{file.name} was made for features of version {card.get('features')}, here is "
            f"{features.VERSION}. {RETRAIN}"
        )
    trained = joblib.load(file)
    if not isinstance(trained, Trained):
        raise ModelMismatch(f"{file.name} holds something else than a model. {RETRAIN}")
    return trained, card
