"""`demo`: rooms with people and conversations, so that the first look is alive."""

from pathlib import Path
from typing import Annotated

import typer

from chatrooms import bootstrap
from chatrooms.cli.instance import use_instance
from chatrooms.cli.output import say
from chatrooms.demo import add_marks, lines, room_drafts
from chatrooms.services import topic_tree
from chatrooms.services.imports import Importer


def demo(
    data: Annotated[Path | None, typer.Option(help="Data folder of the running server.")] = None,
) -> None:
    """Make public rooms with people who talk. Doing it again adds nothing."""
    use_instance(data)
    deps = bootstrap.current()
    importer = Importer(deps, drafts=room_drafts(topic_tree.find_ids(deps)))
    posted = sum(importer.add(line) for line in lines(now=deps.clock()))
    importer.ask_for_summaries()
    if posted:
        add_marks(deps, importer)
    say(f"Demonstration rooms: {posted} messages posted" if posted else "Demonstration rooms kept")
