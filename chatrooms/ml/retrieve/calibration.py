"""What was measured for each embedder, because their cosines spread differently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usual:
    """What a signal is over many questions."""

    mean: float
    spread: float

    def voice(self, value: float) -> float:
        """How unusual the value is, in standard deviations."""
        return (value - self.mean) / self.spread


@dataclass(frozen=True, slots=True)
class Calibration:
    """The constants of one embedder."""

    meaning_weight: float
    """What a vector's cosine counts next to BM25 and characters with 1 each. Cosines of meaning
    tell more than words found, and spread less; those of wording repeat what characters say."""
    meaning: Usual
    """The cosines of all messages of a room; they stand in where a room has too few of its own."""
    covered: Usual
    nearest: Usual
    unknown: Usual
    """The three voices of the confidence."""


_MEASURED = {
    "minilm": Calibration(
        meaning_weight=3.0,
        meaning=Usual(0.10, 0.09),
        covered=Usual(0.42, 0.33),
        nearest=Usual(5.2, 1.7),
        unknown=Usual(0.24, 0.25),
    ),
    "lexical": Calibration(
        meaning_weight=0.5,
        meaning=Usual(0.025, 0.05),
        covered=Usual(0.46, 0.32),
        nearest=Usual(7.35, 2.55),
        unknown=Usual(0.24, 0.25),
    ),
}


def calibration_of(embedder: str) -> Calibration:
    """The constants for the embedder of this name. For the models behind `openai` nothing was
    measured: they count as `minilm`, which embeds meaning too. Raises KeyError for others."""
    return _MEASURED["minilm" if embedder == "openai" else embedder]
