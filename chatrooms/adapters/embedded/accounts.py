"""Which system account a server runs as, and the command line that makes it so."""

import os
import pwd
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = "chatrooms.adapters.embedded.unprivileged"
NOBODY_ID = 65_534


@dataclass(frozen=True, slots=True)
class Account:
    """A system account by its numbers."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """Whom a server must become to use `folder`; None to stay who we are.

    Only root becomes somebody else: the folder's owner, or `nobody` if that is root as well.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY_ID, NOBODY_ID)
    return Account(entry.pw_uid, entry.pw_gid)


def launch(
    command: Sequence[str], *, account: Account | None = None, reach: Sequence[Path] = ()
) -> list[str]:
    """The command line that runs `command` tied to its parent, as `account` if one is given.

    `reach` are files and folders the account must get to. If one lies below a folder that is
    closed to others, the server keeps the right to traverse folders.
    """
    line = [sys.executable, "-S", "-m", LAUNCHER]
    if account is not None:
        line += ["--user", f"{account.uid}:{account.gid}"]
        if not all(is_open_to_others(path) for path in reach):
            line.append("--traverse")
    return [*line, "--", *command]


def is_open_to_others(path: Path) -> bool:
    """Whether every folder above `path` lets any account through."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def make_private(folder: Path, account: Account | None = None) -> Path:
    """Make sure `folder` exists, belongs to `account` (or to us) and is closed to all others.

    Never changes its parents.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder
