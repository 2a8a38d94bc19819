"""`score`: how likely each line of standard input is abuse."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated

import typer

from chatrooms.domain.startup import CannotStart
from chatrooms.ml.errors import ModelUnusable
from chatrooms.ml.model import ToxicityModel, load_model

_BATCH = 512


def score(
    explain: Annotated[
        bool, typer.Option("--explain", help="One JSON object per line, with n-grams and weights.")
    ] = False,
) -> None:
    """Read one text per line and print one probability per line, `nan` for a text that cannot be
    read because it is in another language or script.
    """
    try:
        model = load_model()
    except ModelUnusable as error:
        raise CannotStart(str(error)) from error
    write = sys.stdout.write
    try:
        for batch in _batches(_lines(sys.stdin.buffer)):
            if explain:
                write("".join(f"{_explained(model, text)}\n" for text in batch))
            else:
                write("".join(f"{value:.6f}\n" for value in model.score(batch)))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this has seen enough; nothing may be written on the way out either.
        sys.stderr.close()


def _lines(raw: Iterable[bytes]) -> Iterator[str]:
    for line in raw:
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _batches(lines: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(lines, _BATCH)):
        yield batch


def _explained(model: ToxicityModel, text: str) -> str:
    explanation = dataclasses.asdict(model.explain(text))
    if explanation["probability"] != explanation["probability"]:
        explanation["probability"] = None
    return json.dumps(explanation, ensure_ascii=False)
