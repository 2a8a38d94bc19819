"""How what the signals say about messages becomes one score for each."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

DECAY = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""What the messages before count, the nearest first: an answer often names nothing of its question,
which stands a few messages above it."""
_CONTEXT = 0.4
_QUESTION_LOSS = 0.5
"""A message that asks the same seldom answers it."""
_SHORT_LOSS = 0.5
_SHORT_WORDS = 3
"""A greeting or a `yes` may stand near anything; the loss fades by this many words."""


def plausible(asks: Scores, words: Scores) -> Scores:
    """How likely each message answers anything: `asks` as `wording.asking`, `words` is
    their number."""
    return (1 - _QUESTION_LOSS * asks) * (1 - _SHORT_LOSS * np.exp(-words / _SHORT_WORDS))


def combined(near: Scores, answered: NDArray[np.int64], likely: Scores) -> Scores:
    """The score of each message: how near it and what is before it are, times how likely it answers
    anything. `answered` as `conversation.answered_lines`."""
    return (near + _CONTEXT * _context(near, answered)) * likely


def _context(near: Scores, answered: NDArray[np.int64]) -> Scores:
    """For each message how near the best of those before it is, or the one it answers."""
    context = np.where(answered >= 0, near[answered], 0.0)
    for distance, weight in enumerate(DECAY, start=1):
        np.maximum(context[distance:], weight * near[:-distance], out=context[distance:])
    return context
