"""Knows which instances this checkout runs, so that tools find theirs without being told."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chatrooms.supervise.places import PROJECT

_REGISTER = PROJECT / ".build" / "instances"


@contextmanager
def registered(data: Path) -> Iterator[None]:
    """Have tools find the instance of this data folder while it runs.

    A checkout that cannot be written is no obstacle: tools then need to be told the folder.
    """
    entry = _REGISTER / hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    with suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_bytes(os.fsencode(data))
    try:
        yield
    finally:
        with suppress(OSError):
            entry.unlink(missing_ok=True)


def is_running(data: Path) -> bool:
    """Whether an instance holds the lock of this data folder."""
    try:
        descriptor = os.open(data / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def find_running() -> list[Path]:
    """The data folders of the instances that this checkout runs now."""
    if not _REGISTER.is_dir():
        return []
    folders = [Path(os.fsdecode(entry.read_bytes())) for entry in sorted(_REGISTER.iterdir())]
    return [folder for folder in folders if is_running(folder)]
