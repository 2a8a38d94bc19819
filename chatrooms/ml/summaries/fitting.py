"""Learning the weights: `python -m chatrooms.ml.summaries.fitting CONVERSATIONS`.

Each line of CONVERSATIONS is `{id, messages: [{id, author, text}], references: [text]}`. Writes the
weights, or with `--held-out` the summary of each conversation by weights learned from the others.
Conversations of one meeting (ids alike up to their first number) are held out together.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from chatrooms.ml.summaries.features import NAMES, features, vectors, words_of
from chatrooms.ml.summaries.passages import Message, passages_of
from chatrooms.ml.summaries.summary import summarise
from chatrooms.ml.summaries.weights import WEIGHTS_FILE, Weights

_SHRINKAGE = 300.0
_MIN_WORDS = 4
Example: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]


def example(conversation: dict[str, Any]) -> Example:
    """Features of each passage, and the share of its words and word pairs that references use."""
    passages = passages_of(messages_of(conversation))
    goal = np.array([_agreement(p.text, conversation["references"]) for p in passages])
    return features(passages, vectors(passages)), goal - goal.mean()


def messages_of(conversation: dict[str, Any]) -> list[Message]:
    """The conversation's messages."""
    return [Message(m["id"], m["author"], m["text"]) for m in conversation["messages"]]


def _agreement(text: str, references: Sequence[str]) -> float:
    words = words_of(text)
    shares: list[float] = []
    for reference in references:
        used = words_of(reference)
        singles = (Counter(words) & Counter(used)).total()
        pairs = set(pairwise(used))
        doubles = sum(pair in pairs for pair in pairwise(words))
        shares.append((singles + doubles) / max(_MIN_WORDS, len(words)))
    return float(np.mean(shares))


def fit(examples: Sequence[Example]) -> Weights:
    """Ridge regression in which every conversation counts the same, however long."""
    rows = np.vstack([rows for rows, _ in examples])
    goals = np.concatenate([goal for _, goal in examples])
    shares = np.concatenate([np.full(len(goal), 1 / len(goal)) for _, goal in examples])
    mean, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    ridge = Ridge(alpha=_SHRINKAGE).fit((rows - mean) / deviation, goals, sample_weight=shares)
    return Weights(mean, deviation, ridge.coef_)


def _meeting(conversation: dict[str, Any]) -> str:
    return re.split(r"(?<=\d)(?!\d)", conversation["id"], maxsplit=1)[0]


def _held_out(conversations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    examples = [example(conversation) for conversation in conversations]
    rows: list[dict[str, Any]] = []
    for conversation in conversations:
        weights = fit(
            [
                known
                for other, known in zip(conversations, examples, strict=True)
                if _meeting(other) != _meeting(conversation)
            ]
        )
        found = summarise(messages_of(conversation), weights=weights)
        rows.append({"id": conversation["id"], "sentences": [asdict(each) for each in found]})
    return rows


def _file(weights: Weights, conversations: int) -> dict[str, Any]:
    columns = zip(NAMES, weights.mean, weights.deviation, weights.weight, strict=True)
    return {
        "made_by": "python -m chatrooms.ml.summaries.fitting",
        "learned_from": f"{conversations} conversations with references (QMSum, MIT; IRC, CC BY 4.0"
        " and ODbL); goal: share of a passage's words and word pairs that the references use",
        "method": f"ridge regression, alpha {_SHRINKAGE:g}, each conversation weighing 1",
        "features": {
            name: {
                "mean": round(float(mean), 6),
                "deviation": round(float(deviation), 6),
                "weight": round(float(weight), 6),
            }
            for name, mean, deviation, weight in columns
        },
    }


def main() -> None:
    """Write the weights, or the held-out summaries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conversations", type=Path)
    parser.add_argument("--held-out", type=Path, metavar="SUMMARIES")
    arguments = parser.parse_args()
    lines = arguments.conversations.read_text(encoding="utf-8").splitlines()
    conversations = [json.loads(line) for line in lines]
    if arguments.held_out:
        rows = _held_out(conversations)
        arguments.held_out.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    else:
        learned = fit([example(conversation) for conversation in conversations])
        content = json.dumps(_file(learned, len(conversations)), indent=1)
        WEIGHTS_FILE.write_text(f"{content}\n")


if __name__ == "__main__":
    main()
