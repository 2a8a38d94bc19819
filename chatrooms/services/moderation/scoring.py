"""What the model makes of texts, ready to be stored."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from chatrooms.bootstrap import Deps
from chatrooms.ml.errors import ModelUnusable

if TYPE_CHECKING:
    from chatrooms.ml.model import ToxicityModel

log = structlog.get_logger(__name__)

EXPLAINED_FROM = 0.3
"""Score from which on it is stored what drove it."""
_MAX_EVIDENCE = 8


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model makes of one text."""

    score: float | None = None
    """Probability that it breaks the rules, in [0, 1]; None where the model cannot read it."""
    model: str = ""
    """Version of the model; empty if there was none to ask."""
    evidence: tuple[dict[str, Any], ...] = ()
    """What of the text drove the score up, strongest first: `words`, `weight`, and where they
    `start` and `end`."""


def score(deps: Deps, texts: Sequence[str]) -> list[Scored]:
    """What the model makes of these texts, in their order. Without a usable model nothing is
    scored, which the log says; the room's policy decides about what has no score."""
    try:
        model = deps.toxicity.model()
    except ModelUnusable as problem:
        log.error("model_unusable", reason=str(problem))
        return [Scored() for _ in texts]
    found = [None if math.isnan(value) else float(value) for value in model.score(texts)]
    return [
        Scored(value, model.version, _evidence(model, text) if _is_explained(value) else ())
        for text, value in zip(texts, found, strict=True)
    ]


def _is_explained(value: float | None) -> bool:
    return value is not None and value >= EXPLAINED_FROM


def _evidence(model: "ToxicityModel", text: str) -> tuple[dict[str, Any], ...]:
    marks = sorted(model.explain(text).marks, key=lambda mark: -mark.weight)[:_MAX_EVIDENCE]
    return tuple(
        {
            "words": text[mark.start : mark.end],
            "weight": round(mark.weight, 4),
            "start": mark.start,
            "end": mark.end,
        }
        for mark in marks
    )
