"""What a call of the language model took."""

from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Tokens of one or several calls, summed up as far as they are known, also if one fails."""

    tokens_in: int = 0
    tokens_out: int = 0
    model: str = ""
    """The model that answered; empty before."""
