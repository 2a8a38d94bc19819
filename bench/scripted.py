"""Servers that speak OpenAI's protocol and answer by a script, apart from what is measured."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.instance import free_port
from chatrooms.supervise.places import PROJECT


@contextmanager
def scripted_model(name: str, *options: str) -> Iterator[str]:
    """The base URL of a running server: a module of `tests.support`, with these options."""
    line = [sys.executable, "-P", "-m", f"tests.support.{name}", *options]
    process = subprocess.Popen(
        [*line, "--port", str(free_port())],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(PROJECT)},
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip().partition("=")[2]
    finally:
        process.terminate()
        process.wait(10)
