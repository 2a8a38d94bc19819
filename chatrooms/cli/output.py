"""How commands talk to the person at the console."""

import typer


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    typer.echo(line)
