"""`index`: bring the index of meaning up to date, or make it anew."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from chatrooms import bootstrap
from chatrooms.bootstrap import Deps
from chatrooms.cli.instance import use_instance
from chatrooms.cli.output import say
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.domain.startup import CannotStart
from chatrooms.ml.errors import ModelUnusable
from chatrooms.services.ai import indexing


def index(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Empty it first and index every room and message.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Data folder of the running server.")] = None,
) -> None:
    """Index what waits, so that the assistant finds it. A running server does that by itself."""
    use_instance(data)
    deps = bootstrap.current()
    try:
        done = _rebuild(deps) if rebuild else indexing.index_waiting(deps, budget=timedelta.max)
    except (VectorsUnavailable, ModelUnusable) as error:
        raise CannotStart(str(error)) from error
    say(f"{done} texts looked at, with the embedder {deps.embedding.key}")


def _rebuild(deps: Deps) -> int:
    done = 0
    with Progress() as progress:
        task = progress.add_task("messages", total=None)
        for done, total in indexing.rebuild(deps):
            progress.update(task, completed=done, total=total)
    return done
