"""Which servers an instance starts itself, and which it was given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chatrooms.adapters.embedded.chroma import EmbeddedChroma, free_port
from chatrooms.adapters.embedded.postgres import EmbeddedPostgres
from chatrooms.adapters.embedded.redis_server import EmbeddedRedis
from chatrooms.settings import Settings
from chatrooms.supervise import children
from chatrooms.supervise.children import Child
from chatrooms.supervise.places import Places


class EmbeddedServer(Protocol):
    """A server that can be started here."""

    @property
    def url(self) -> str:
        """Where it will answer."""
        ...

    def prepare(self) -> None:
        """Make what it needs on disk."""
        ...

    def command(self) -> list[str]:
        """Its command line, once it is prepared."""
        ...

    def is_ready(self) -> bool:
        """Whether it answers."""
        ...


@dataclass(frozen=True, slots=True)
class Server:
    """A server of ours: how its process is described and how it is reached."""

    embedded: EmbeddedServer
    describe: Callable[[list[str]], Child]

    def child(self) -> Child:
        """The process to supervise."""
        return self.describe(self.embedded.command())


@dataclass(frozen=True, slots=True)
class Servers:
    """What this instance starts (quickest to prepare first), and all addresses by setting name."""

    own: tuple[Server, ...]
    urls: dict[str, str]


def choose_servers(settings: Settings, places: Places, *, is_running: bool = False) -> Servers:
    """An embedded server for each address that the settings leave empty; with `is_running`, as the
    instance of this folder runs them at this moment."""
    redis = EmbeddedRedis(places.data / "redis", places.run / "redis.sock")
    chroma = EmbeddedChroma(places.data / "chroma", _chroma_port(places, is_running=is_running))
    postgres = EmbeddedPostgres(places.data / "postgres", places.run / "postgres")
    candidates = (
        ("REDIS_URL", settings.redis_url.get_secret_value(), Server(redis, children.redis)),
        ("CHROMA_URL", settings.chroma_url, Server(chroma, children.chroma)),
        (
            "DATABASE_URL",
            settings.database_url.get_secret_value(),
            Server(postgres, children.postgres),
        ),
    )
    return Servers(
        own=tuple(server for _, given, server in candidates if not given),
        urls={name: given or server.embedded.url for name, given, server in candidates},
    )


def _chroma_port(places: Places, *, is_running: bool) -> int:
    """The port that Chroma has, which the instance noted down for tools, or is to have."""
    note = places.run / "chroma-port"
    if is_running and note.exists():
        return int(note.read_text())
    port = free_port()
    if not is_running:
        note.write_text(str(port))
    return port
