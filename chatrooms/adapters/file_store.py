"""Files on disk under `DATA_DIR/files`, by random names."""

import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog

from chatrooms.domain.errors import ServiceUnavailable
from chatrooms.domain.files import is_token

log = structlog.get_logger(__name__)

_NO_FOLDER = "Files cannot be stored here: DATA_DIR must name a folder that the server may write."
THUMBNAIL = ".thumbnail"


class FileStore:
    """The attached files of one installation. Every process of it sees the same folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def start(self) -> tuple[Path, BinaryIO]:
        """A new empty file that waits to be filled, and its place.

        Raises: ServiceUnavailable if nothing can be stored.
        """
        if self._data_dir == Path():
            raise ServiceUnavailable(_NO_FOLDER)
        place = self._folder("incoming") / secrets.token_hex(16)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return place, place.open("xb")
        except OSError as error:
            log.warning("files_not_writable", error=type(error).__name__)
            raise ServiceUnavailable(_NO_FOLDER) from error

    def keep(self, place: Path, token: str, thumbnail: bytes = b"") -> None:
        """Store a filled file under its token, with its small version if it has one."""
        stored = self.path(token)
        stored.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if thumbnail:
            self.thumbnail(token).write_bytes(thumbnail)
        os.replace(place, stored)

    def path(self, token: str) -> Path:
        """Where the file of a token lies. Raises: ValueError if it is no token."""
        if not is_token(token):
            raise ValueError("not a token")
        return self._folder(token[:2]) / token

    def thumbnail(self, token: str) -> Path:
        """Where the small version of a picture lies."""
        path = self.path(token)
        return path.with_name(path.name + THUMBNAIL)

    def remove(self, tokens: Iterable[str]) -> None:
        """Delete files for good. Those that are gone already are no error."""
        for token in tokens:
            for path in (self.path(token), self.thumbnail(token)):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    log.warning("file_not_removed", error=type(error).__name__)

    def list_incoming(self) -> list[Path]:
        """Files that were begun and not stored; those of uploads under way are among them."""
        folder = self._folder("incoming")
        return list(folder.iterdir()) if folder.is_dir() else []

    def list_stored(self, *, before: datetime, at_once: int) -> Iterator[set[str]]:
        """Tokens of the files that were last written before a moment, some at a time."""
        tokens: set[str] = set()
        for folder in self._folder("").glob("??"):
            for path in folder.iterdir():
                token = path.name.removesuffix(THUMBNAIL)
                if is_token(token) and changed_before(path, before):
                    tokens.add(token)
                if len(tokens) >= at_once:
                    yield tokens
                    tokens = set()
        if tokens:
            yield tokens

    def _folder(self, name: str) -> Path:
        return self._data_dir / "files" / name


def changed_before(place: Path, moment: datetime) -> bool:
    """Whether a file is there and was last written before a moment."""
    try:
        return place.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
