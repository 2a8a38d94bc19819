"""Chroma's own server, on a free port of the local interface."""

import socket
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from chatrooms.adapters.embedded.accounts import launch, make_private

HOST = "127.0.0.1"
TIMEOUT_S = 2
# What the `chroma` command does, without first importing all of the client: that takes longer than
# the server needs to start, and twice its memory.
COMMAND = "import sys, chromadb_rust_bindings as c; c.cli(['chroma', *sys.argv[1:]])"


@dataclass(frozen=True, slots=True)
class EmbeddedChroma:
    """One Chroma server. It knows no accounts, so it listens to this machine only."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def prepare(self) -> None:
        """Make its folder."""
        make_private(self.folder)

    def command(self) -> list[str]:
        """The command line of the server in the foreground."""
        options = ["--path", str(self.folder), "--host", HOST, "--port", str(self.port)]
        return launch([sys.executable, "-c", COMMAND, "run", *options])

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=TIMEOUT_S) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False


def free_port() -> int:
    """A port of the local interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
