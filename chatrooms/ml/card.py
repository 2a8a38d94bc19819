"""The card beside a model's file, and whether the file is the one it describes.

Needs no scikit-learn, so that processes that only report on the model can ask.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, cast

from chatrooms.ml.errors import ModelMismatch, ModelMissing

SHIPPED: Final = Path(__file__).with_name("shipped") / "toxicity.joblib"
CARD_NAME: Final = "card.json"
RETRAIN: Final = "Restore the file, or make a new one with `python -m chatrooms train-moderation`."


def checked_card(file: Path) -> dict[str, Any]:
    """The card of a model's file, which is the one it describes and of this scikit-learn.

    Raises: ModelMissing, ModelMismatch. Nothing is unpickled.
    """
    try:
        content = file.read_bytes()
        card: Any = json.loads((file.parent / CARD_NAME).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelMissing(f"The moderation model cannot be read: {error}. {RETRAIN}") from error
    except ValueError as error:
        raise ModelMissing(f"The model's card is no JSON: {error}. {RETRAIN}") from error
    known = cast(dict[str, Any], card) if isinstance(card, dict) else dict[str, Any]()
    if known.get("sha256") != digest(content):
        raise ModelMismatch(
            f"{file.name} is not the file that its card describes (another SHA-256). {RETRAIN}"
        )
    here = version("scikit-learn")
    if known.get("scikit_learn") != here:
        raise ModelMismatch(
            f"{file.name} was made with scikit-learn {known.get('scikit_learn')}, here is "
            f"{here}. {RETRAIN}"
        )
    return known


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def version_of(card: Mapping[str, Any]) -> str:
    """The version of the model that a card describes: short, different for every file."""
    return str(card.get("sha256", ""))[:12]


def card_version(file: Path) -> str:
    """The version that the card of a model's file names, unchecked; empty if there is no card."""
    try:
        card: Any = json.loads((file.parent / CARD_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return version_of(cast(dict[str, Any], card)) if isinstance(card, dict) else ""
