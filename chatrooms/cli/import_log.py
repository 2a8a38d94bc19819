"""`import-log`: bring a chat log in, at once or replayed for all to watch."""

import gzip
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.progress import Progress

from chatrooms import bootstrap
from chatrooms.cli.instance import use_instance
from chatrooms.cli.output import say
from chatrooms.domain.errors import ChatError, InvalidInput
from chatrooms.domain.startup import CannotStart
from chatrooms.services.imports import Importer, find_owner, parse_line


@dataclass(slots=True)
class Tally:
    """What became of the lines."""

    posted: int = 0
    known: int = 0
    bad: int = 0


def import_log(
    file: Annotated[Path, typer.Argument(help="A JSON Lines file, .gz or plain.")],
    live: Annotated[
        float, typer.Option(min=0, help="Replay at this many messages a second.")
    ] = 0.0,
    owner: Annotated[
        str, typer.Option(help="Username of who is to own the rooms that are made.")
    ] = "",
    data: Annotated[Path | None, typer.Option(help="Data folder of the running server.")] = None,
) -> None:
    """Import a chat log: a JSON object per line with room, author, sent_at, text, and maybe id,
    reply_to, thread and name, as a room's export has them. Importing a file twice stores nothing
    twice; what is replayed is moderated like what people write. Bad lines are reported and skipped.
    """
    use_instance(data)
    deps = bootstrap.current()
    try:
        owner_id = find_owner(deps, username=owner) if owner else 0
    except InvalidInput as error:
        raise CannotStart(str(error)) from error
    importer = Importer(deps, owner_id=owner_id, is_judged=live > 0)
    tally = Tally()
    total = sum(1 for _ in _lines(file))
    with Progress() as progress:
        task = progress.add_task(file.name, total=total)
        for number, line in _paced(_lines(file), rate=live):
            _import_one(importer, tally, number, line, tell=progress.console.print)
            progress.advance(task)
    importer.ask_for_summaries()
    say(f"{tally.posted} posted, {tally.known} were there already, {tally.bad} bad lines skipped")


def _import_one(
    importer: Importer, tally: Tally, number: int, line: str, *, tell: Callable[..., None]
) -> None:
    if not line.strip():
        return
    try:
        is_new = importer.add(parse_line(line))
    except ChatError as error:
        tally.bad += 1
        tell(f"line {number}: {error}", markup=False, highlight=False)
        return
    if is_new:
        tally.posted += 1
    else:
        tally.known += 1


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        with _open(file) as lines:
            yield from enumerate((line.decode("utf-8", "replace") for line in lines), start=1)
    except (OSError, EOFError) as error:
        raise CannotStart(f"{file} cannot be read: {error}.") from error


def _open(file: Path) -> IO[bytes]:
    return gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb")  # type: ignore[return-value]


def _paced(lines: Iterator[tuple[int, str]], *, rate: float) -> Iterator[tuple[int, str]]:
    """The lines, each not before its turn at `rate` a second; at once if the rate is 0."""
    start = time.monotonic()
    for turn, numbered in enumerate(lines):
        if rate > 0:
            time.sleep(max(0.0, start + turn / rate - time.monotonic()))
        yield numbered
