"""Where an instance keeps its data and its sockets, and the lock that makes it the only one."""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chatrooms.adapters.embedded.accounts import make_private
from chatrooms.domain.startup import CannotStart

PROJECT = Path(__file__).resolve().parents[2]
ROOT_DATA_DIR = Path("/var/lib/chatrooms")
# A Unix socket's path holds 107 bytes; the longest below the run folder is supervisord's own,
# which first binds a name with its process id appended.
MAX_RUN_DIR_BYTES = 107 - len("/supervisord.sock.4194304")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one instance. All exist and are closed to other accounts."""

    data: Path
    run: Path

    @property
    def logs(self) -> Path:
        """Logs of every child process, rotated."""
        return self.data / "logs"

    @property
    def metrics(self) -> Path:
        """What the processes count, shared among them; only of this run."""
        return self.run / "metrics"


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Where data lives if nobody says otherwise: outside the checkout, where it harms nobody."""
    if os.geteuid() == 0:
        return ROOT_DATA_DIR
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "chatrooms"


def open_places(data: Path) -> Places:
    """Make the folders of the instance below `data`.

    Raises CannotStart if they cannot be made or written.
    """
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
        places = Places(data=data, run=_make_run_dir(data))
        make_private(places.logs)
    except OSError as error:
        raise CannotStart(
            f"The data folder {data} cannot be written: {(error.strerror or str(error)).lower()}. "
            "Choose another with --data."
        ) from error
    return places


def close_places(places: Places) -> None:
    """Leave nothing outside the data folder once everything stopped."""
    if not places.run.is_relative_to(places.data):
        shutil.rmtree(places.run, ignore_errors=True)


@contextmanager
def only_instance(data: Path) -> Iterator[int]:
    """Hold the data folder's lock; gives its file descriptor.

    A process that inherits the descriptor keeps the lock, so a folder stays locked until the last
    of them is gone. Raises CannotStart if another instance holds it.
    """
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(
                f"Another server is already running on the data folder {data}. "
                "Stop it first, or choose another folder with --data."
            ) from error
        yield descriptor
    finally:
        os.close(descriptor)


def run_dir(data: Path) -> Path:
    """Where the sockets of the instance on `data` are: below it, unless that path is too long."""
    run = data / "run"
    if len(os.fsencode(run)) <= MAX_RUN_DIR_BYTES:
        return run
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"chatrooms-{os.geteuid()}-{name}"


def _make_run_dir(data: Path) -> Path:
    folder = run_dir(data)
    return make_private(folder) if folder.parent == data else _own_private(folder)


def _own_private(folder: Path) -> Path:
    """A folder in a place where others may write: trusted only if it is ours and closed."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not ours or stat.S_IMODE(found.st_mode) != 0o700:
        raise CannotStart(f"The folder {folder} belongs to somebody else or is open to others.")
    return folder
