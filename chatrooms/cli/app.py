"""All commands together, and what a person sees when one cannot go on."""

import sys
from importlib import import_module

import typer

from chatrooms.domain.startup import CannotStart

# Each command is the function of its name in the module of its name.
COMMANDS = (
    "serve",
    "migrate",
    "import-log",
    "demo",
    "build-frontend",
    "score",
    "summarize",
    "answer",
    "recommend",
    "index",
    "replay-run",
    "train-moderation",
)


def main() -> None:
    """Run the command. What stands in its way is told in one sentence, with exit status 1."""
    try:
        make_app(sys.argv[1:])()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        sys.exit(1)


def make_app(arguments: list[str]) -> typer.Typer:
    """The command line for these arguments.

    Imports only the command that is called, because all of them together take a second.
    """
    app = typer.Typer(
        name="chatrooms",
        help="Agentic Chatrooms: a self-hosted chat.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # A callback keeps the command's name part of the line even where it is the only one known.
    app.callback()(_no_common_options)
    called = [name for name in COMMANDS if arguments[:1] == [name]]
    for name in called or COMMANDS:
        function = name.replace("-", "_")
        app.command(name)(getattr(import_module(f"chatrooms.cli.{function}"), function))
    return app


def _no_common_options() -> None:
    """Agentic Chatrooms: a self-hosted chat."""
