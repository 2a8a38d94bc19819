"""`build-frontend`: build the pages without starting anything."""

import os
from typing import Annotated

import typer

from chatrooms.cli.output import say
from chatrooms.domain.startup import CannotStart
from chatrooms.frontend.build import ensure_built, is_current
from chatrooms.supervise.places import PROJECT


def build_frontend(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the build is current.")
    ] = False,
) -> None:
    """Build the pages if their sources changed since the last build."""
    if is_current(PROJECT):
        say("The pages are current")
    elif check:
        raise CannotStart("The pages were built from other sources: run build-frontend.")
    else:
        ensure_built(PROJECT, environ=os.environ, say=say)
        say("The pages are built")
