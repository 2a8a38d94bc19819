"""The model's file and its card: written together, and checked before anything is unpickled."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import joblib
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from chatrooms.ml import features
from chatrooms.ml.errors import ModelMismatch, ModelMissing

SHIPPED: Final = Path(__file__).with_name("shipped") / "toxicity.joblib"
CARD_NAME: Final = "card.json"
_RETRAIN: Final = "Restore the file, or make a new one with `python -m chatrooms train-moderation`."


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
        "sha256": _digest(file.read_bytes()),
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
    try:
        content = file.read_bytes()
        card = json.loads((file.parent / CARD_NAME).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelMissing(f"The moderation model cannot be read: {error}. {_RETRAIN}") from error
    except ValueError as error:
        raise ModelMissing(f"The model's card is no JSON: {error}. {_RETRAIN}") from error
    _check(file, content, card)
    trained = joblib.load(file)
    if not isinstance(trained, Trained):
        raise ModelMismatch(f"{file.name} holds something else than a model. {_RETRAIN}")
    return trained, cast(dict[str, Any], card)


def _check(file: Path, content: bytes, card: Any) -> None:
    known = cast(dict[str, Any], card) if isinstance(card, dict) else {}
    if known.get("sha256") != _digest(content):
        raise ModelMismatch(
            f"{file.name} is not the file that its card describes (another SHA-256). {_RETRAIN}"
        )
    if known.get("scikit_learn") != sklearn.__version__:
        raise ModelMismatch(
            f"{file.name} was made with scikit-learn {known.get('scikit_learn')}, here is "
            f"{sklearn.__version__}. {_RETRAIN}"
        )
    if known.get("features") != features.VERSION:
        raise ModelMismatch(
            f"{file.name} was made for features of version {known.get('features')}, here is "
            f"{features.VERSION}. {_RETRAIN}"
        )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
