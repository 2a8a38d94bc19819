"""Labelled texts: a CSV file with the columns text, label, source and split."""

import csv
import gzip
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, cast

from chatrooms.ml.errors import CorpusUnusable

Split = Literal["train", "valid"]
COLUMNS: Final = ("text", "label", "source", "split")
_MAX_FIELD: Final = 10_000_000
"""Characters; more in one field is no message."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and whether it is abuse by the label policy."""

    text: str
    label: int
    """1: abuse aimed at a person, a group or the bot. 0: everything else."""
    source: str
    split: Split


def read_corpus(path: Path) -> list[Example]:
    """All rows of the file, plain or `.gz`.

    Raises: CorpusUnusable, naming the line, if the file does not hold what is needed.
    """
    csv.field_size_limit(_MAX_FIELD)
    try:
        with _open(path) as lines:
            examples = list(_examples(path, csv.DictReader(lines)))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusUnusable(f"{path} cannot be read: {error}.") from error
    for split in ("train", "valid"):
        labels = {example.label for example in examples if example.split == split}
        if labels != {0, 1}:
            raise CorpusUnusable(f"{path} needs rows of both labels with split '{split}'.")
    return examples


def digest(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8", newline=""))
    return path.open(encoding="utf-8", newline="")


def _examples(path: Path, rows: "csv.DictReader[str]") -> Iterator[Example]:
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise CorpusUnusable(f"{path} has no column {_listed(missing)}.")
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        if any(row[name] is None for name in COLUMNS):
            raise CorpusUnusable(f"{where}: a column is missing.")
        if row["label"] not in ("0", "1"):
            raise CorpusUnusable(f"{where}: the label is '{row['label']}', not 0 or 1.")
        if row["split"] not in ("train", "valid"):
            raise CorpusUnusable(f"{where}: the split is '{row['split']}', not train or valid.")
        split: Split = row["split"]
        yield Example(row["text"], int(row["label"]), row["source"], split)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
