"""`train-moderation`: make the moderation model anew."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from chatrooms.cli.output import say
from chatrooms.domain.startup import CannotStart
from chatrooms.ml.card import SHIPPED
from chatrooms.ml.errors import CorpusUnusable

PAGE = Path(__file__).parents[2] / "docs" / "model-card.md"
_STEPS = 9
_STEPS_WITHOUT_ONE = 7


def train_moderation(
    data: Annotated[Path, typer.Argument(help="CSV, .gz or plain: text,label,source,split.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for model and card. Default: the product's own."),
    ] = None,
    hard_cases: Annotated[
        Path | None,
        typer.Option(help="CSV of harmless messages to measure on: text,label,category."),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(help="Source to measure with a model made without it. May be repeated."),
    ] = None,
) -> None:
    """Train the moderation model and write it with its card. The same data and versions give the
    same weights. Takes a few minutes and about 3 GB of memory.
    """
    # Training needs libraries that take a second to load; help should not wait for them.
    from chatrooms.ml.training.pipeline import train

    file = (out or SHIPPED.parent) / SHIPPED.name
    page = (out / PAGE.name) if out else PAGE
    left_out = leave_out or []
    steps = _STEPS + _STEPS_WITHOUT_ONE * len(left_out)
    with Progress() as progress:
        task = progress.add_task("Training", total=steps)

        def tell(step: str) -> None:
            progress.console.print(step, highlight=False)
            progress.advance(task)

        try:
            card = train(
                data, file, page=page, hard_cases=hard_cases, leave_out=left_out, tell=tell
            )
        except (CorpusUnusable, csv.Error) as error:
            raise CannotStart(str(error)) from error
        progress.update(task, completed=steps)
    valid = card["measured"]["valid"]
    say(f"{file}: {card['bytes']:,} bytes, SHA-256 {card['sha256']}")
    say(f"On validation rows: AUC {valid['roc_auc']}, F1 {valid['f1']}, recall {valid['recall']}")
