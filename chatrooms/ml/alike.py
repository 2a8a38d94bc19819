"""How alike two ideas for a room are: in their words, and in what they mean."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.lexical import Lexical

IN_WORDS = 0.6
"""Likeness of words and spelling, in [0, 1], from which on two ideas are the same."""
IN_MEANING = {"minilm": 0.5}
"""The same for what they mean, by the embedder's key; one that is not named tells no meaning.

Of 30 ideas said again in other words, all of which pass by their words, 18 reach it; of 44 that are
others on the same subject one does.
"""


def in_words(idea: str, known: Sequence[str]) -> float:
    """How alike an idea is to the nearest of others, by hashed words and character n-grams."""
    return float(_cosines(Lexical(), [idea, *known]).max())


def in_meaning(embedder: Embedder, idea: str, known: Sequence[str]) -> float:
    """How alike an idea is to the nearest of others, by the less alike of two parts: the first line
    (a poll's question, a topic's title) and what follows it.

    Where one meets and when one meets are near each other as questions, and so are all polls
    between yes and no by their choices; only the same idea is near in both.
    """
    heads, rests = zip(*[_parts(each) for each in (idea, *known)], strict=True)
    return float(np.minimum(_cosines(embedder, heads), _cosines(embedder, rests)).max())


def _parts(idea: str) -> tuple[str, str]:
    head, _, rest = idea.strip().partition("\n")
    return head, rest.strip() or head


def _cosines(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Of the first text with each of the others."""
    vectors = embedder.embed(texts)
    return vectors[1:] @ vectors[0]
