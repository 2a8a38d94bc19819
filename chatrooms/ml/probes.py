"""Whether the moderation model can be used. Returning means it can."""

from pathlib import Path

from chatrooms.domain.startup import NotReady
from chatrooms.ml.card import SHIPPED, checked_card
from chatrooms.ml.errors import ModelUnusable
from chatrooms.settings import Settings


def check_model(settings: Settings) -> None:
    """The model's file is the one that its card describes."""
    try:
        checked_card(Path(settings.toxicity_model) if settings.toxicity_model else SHIPPED)
    except ModelUnusable as problem:
        raise NotReady(str(problem)) from problem
