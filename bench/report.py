"""Tables and progress for whoever watches."""

import platform
from collections.abc import Sequence

import psutil
from rich.console import Console
from rich.table import Table

_WIDTH = 110
OUTPUT = Console(highlight=False, width=None if Console().is_terminal else _WIDTH)
_PROGRESS = Console(stderr=True, highlight=False)


def progress(line: str) -> None:
    """Say what is going on, beside the results."""
    _PROGRESS.print(line, style="dim")


def show_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column is text, the others are figures."""
    table = Table(title=title, title_justify="left")
    for index, name in enumerate(header):
        table.add_column(name, justify="right" if index else "left")
    for row in rows:
        table.add_row(*row)
    OUTPUT.print(table)


def show_verdicts(verdicts: Sequence[tuple[str, bool]]) -> None:
    """Print which targets are met."""
    for text, is_met in verdicts:
        OUTPUT.print(f"{'met   ' if is_met else 'MISSED'} {text}")


def machine() -> str:
    """The machine in a few words: figures mean nothing without it."""
    memory = psutil.virtual_memory().total / 1024**3
    return (
        f"{psutil.cpu_count()} cores, {_processor()}, {memory:.0f} GB, "
        f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    )


def _processor() -> str:
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()
