"""What the model makes of texts, ready to be stored."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from chatrooms.bootstrap import Deps
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.moderation.texts import Text

if TYPE_CHECKING:
    from chatrooms.ml.correction import Correction
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
    """Version of the model, and after a plus sign that of the room's correction if it has one;
    empty if there was no model to ask."""
    evidence: tuple[dict[str, Any], ...] = ()
    """What of the text drove the score up, strongest first: `words`, `weight`, and where they
    `start` and `end`."""


def score(
    deps: Deps, texts: Sequence[Text], corrections: Sequence["Correction | None"]
) -> list[Scored]:
    """What the model makes of these texts, in their order, each with the correction of its room.
    One that belongs to another model is not used. Without a usable model nothing is scored, which
    the log says; the room's policy decides about what has no score."""
    try:
        model = deps.toxicity.model()
    except ModelUnusable as problem:
        log.error("model_unusable", reason=str(problem))
        return [Scored() for _ in texts]
    used = [
        each if each is not None and each.model == model.version else None for each in corrections
    ]
    pieces = [text.pieces for text in texts]
    asked = [(piece, c) for some, c in zip(pieces, used, strict=True) for _, piece in some]
    values = iter(model.score([piece for piece, _ in asked], [c for _, c in asked]).tolist())
    return [
        _scored(model, some, [next(values) for _ in some], correction)
        for some, correction in zip(pieces, used, strict=True)
    ]


def _scored(
    model: "ToxicityModel",
    pieces: Sequence[tuple[int, str]],
    values: Sequence[float],
    correction: "Correction | None",
) -> Scored:
    """By the piece that scores highest; none where the model cannot read the whole, the first."""
    version = model.version if correction is None else f"{model.version}+{correction.version}"
    if math.isnan(values[0]):
        return Scored(model=version)
    known = [(value, at) for at, value in enumerate(values) if not math.isnan(value)]
    value, at = max(known, key=lambda each: each[0])
    is_explained = value >= EXPLAINED_FROM
    return Scored(value, version, _evidence(model, *pieces[at], correction) if is_explained else ())


def _evidence(
    model: "ToxicityModel", after: int, text: str, correction: "Correction | None"
) -> tuple[dict[str, Any], ...]:
    marks = model.explain(text, correction).marks
    strongest = sorted(marks, key=lambda mark: -mark.weight)[:_MAX_EVIDENCE]
    return tuple(
        {
            "words": text[mark.start : mark.end],
            "weight": round(mark.weight, 4),
            "start": after + mark.start,
            "end": after + mark.end,
        }
        for mark in strongest
    )
