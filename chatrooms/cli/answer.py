"""`answer`: find the messages of a chat log that answer questions."""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import numpy as np
import typer
from pydantic import BaseModel, Field, ValidationError

from chatrooms.bootstrap import make_embedder
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.ml.embed.embedder import Embedder, Vectors
from chatrooms.ml.errors import ModelUnusable
from chatrooms.ml.retrieve.answer import answer_question
from chatrooms.ml.retrieve.conversation import Line
from chatrooms.ml.retrieve.history import History
from chatrooms.settings import get_settings

_BAD_INPUT = 2


class Logged(BaseModel):
    """One line of a chat log. What else it says is not read."""

    id: str = Field(min_length=1)
    session: str
    author: str
    text: str
    reply_to: str | None = None


class Asked(BaseModel):
    """One line of questions: only messages of these sessions may answer."""

    id: str
    room: str
    sessions: list[str]
    question: str = Field(min_length=1)


class Unreadable(Exception):
    """What is wrong with the input, where."""


def answer(
    log: Annotated[Path, typer.Option(help="A chat log in JSON Lines, .gz or plain.")],
    embeddings: Annotated[
        Literal["auto", "openai", "minilm", "lexical"] | None,
        typer.Option(help="Instead of the setting EMBEDDINGS."),
    ] = None,
) -> None:
    """Read one question per line, {id, room, sessions, question}, and print one line for each:
    {id, message_ids, score, abstain, citations, answer}.
    """
    try:
        settings = get_settings()
        if embeddings:
            settings = settings.model_copy(update={"embeddings": embeddings})
        embedder = make_embedder(settings)
        histories = Histories(read_log(log), embedder)
        for asked in _parse(sys.stdin.buffer, Asked, "the questions"):
            found = answer_question(histories.of(asked.sessions), asked.question)
            print(json.dumps({"id": asked.id} | asdict(found), ensure_ascii=False), flush=True)
    except (Unreadable, ModelUnusable, VectorsUnavailable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_BAD_INPUT if isinstance(error, Unreadable) else 1) from error


def read_log(log: Path) -> dict[str, list[Line]]:
    """The messages of each session in their order. Raises: Unreadable."""
    sessions: dict[str, list[Line]] = defaultdict(list)
    try:
        with gzip.open(log, "rb") if log.suffix == ".gz" else log.open("rb") as raw:
            for each in _parse(raw, Logged, str(log)):
                line = Line(each.id, each.author, each.text, each.reply_to)
                sessions[each.session].append(line)
    except (OSError, EOFError) as error:
        raise Unreadable(f"{log} cannot be read: {error}") from error
    return dict(sessions)


class Histories:
    """The histories of a log. Each session is embedded once, when first asked about."""

    def __init__(self, sessions: Mapping[str, list[Line]], embedder: Embedder) -> None:
        self._sessions = sessions
        self._embedder = embedder
        self._vectors: dict[str, Vectors] = {}
        self._newest: tuple[list[str], History] | None = None

    def of(self, names: list[str]) -> History:
        """The history of these sessions together. Those that the log does not have are empty."""
        names = list(dict.fromkeys(name for name in names if name in self._sessions))
        if self._newest is None or self._newest[0] != names:
            lines = [line for name in names for line in self._sessions[name]]
            vectors = np.concatenate([self._embedder.embed([]), *map(self._embedded, names)])
            self._newest = names, History(lines, self._embedder, vectors)
        return self._newest[1]

    def _embedded(self, name: str) -> Vectors:
        if name not in self._vectors:
            texts = [line.text for line in self._sessions[name]]
            self._vectors[name] = self._embedder.embed(texts)
        return self._vectors[name]


Row = TypeVar("Row", bound=BaseModel)


def _parse(raw: Iterable[bytes], row: type[Row], source: str) -> Iterator[Row]:
    for number, line in enumerate(raw, start=1):
        if not line.strip():
            continue
        try:
            yield row.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            what = f"{where}: {first['msg']}" if where else first["msg"]
            raise Unreadable(f"{source}, line {number}: {what}") from error
