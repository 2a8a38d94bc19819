"""What a call of the language model took."""

from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Calls that were answered, and their tokens: estimated where the server tells none. A server
    that does not answer takes nothing."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    model: str = ""
    """The model that answered; empty before."""
