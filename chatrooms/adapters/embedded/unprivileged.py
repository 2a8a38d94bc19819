"""A launcher: ties a server to its parent's life, drops root's rights if asked to, and becomes it.

Run as `python -S -m chatrooms.adapters.embedded.unprivileged [--user ID:GROUP] [--traverse] --
COMMAND...`. Standard library only, because it runs before every server.

PostgreSQL refuses to run as root, and the account it runs as instead may be unable to reach files
that live below root's own folders. Opening those folders to everybody would expose what else they
hold. So the server keeps one capability instead: to read and traverse folders. It passes through
`exec` as an ambient capability. Source: capabilities(7), prctl(2).
"""

import argparse
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
PR_CAPBSET_READ = 23
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAP_SETPCAP = 8
CAPABILITY_VERSION_3 = 0x20080522

# What a server of another account gets of our environment, which may hold keys.
ENVIRONMENT_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
OPEN_FILES_WANTED = 65_536
CANNOT_RUN = 126


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def main(argv: Sequence[str]) -> None:
    """Become the command. Returns never; exits with 126 and a sentence if that is impossible."""
    options = _parse(argv)
    parent = os.getppid()
    _raise_open_files_limit()
    try:
        environ = dict(os.environ)
        if options.user:
            environ = {name: environ[name] for name in ENVIRONMENT_KEPT if name in environ}
            uid, gid = (int(part) for part in options.user.split(":"))
            drop_privileges(uid, gid, traverse=options.traverse)
        end_with_parent(parent)
        os.execvpe(options.command[0], options.command, environ)
    except OSError as error:
        print(f"Cannot run {options.command[0]}: {error}", file=sys.stderr)
        sys.exit(CANNOT_RUN)


def end_with_parent(parent_pid: int) -> None:
    """Have the kernel send SIGTERM when the parent dies, even if that was by SIGKILL. Linux only.

    A change of user clears the wish, so this comes after it; `exec` keeps it.
    """
    if sys.platform != "linux":
        return
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent_pid:
        sys.exit("The supervising process is gone.")


def drop_privileges(uid: int, gid: int, *, traverse: bool) -> None:
    """Become that account for good. With `traverse`, keep the right to reach any folder.

    Prefers CAP_DAC_READ_SEARCH; containers often have only the wider CAP_DAC_OVERRIDE. With
    neither, or without CAP_SETPCAP, the account's ordinary rights have to do.
    """
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    capability = _traversal_capability() if traverse else None
    if capability is not None:
        # Keeps capabilities across the change of user, and has access(2), by which PostgreSQL
        # looks for its own files, count them.
        _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setresuid(uid, uid, uid)
    if capability is not None:
        _keep_only(capability)


def _traversal_capability() -> int | None:
    if sys.platform != "linux":
        return None
    permitted = _permitted_capabilities()
    if not permitted & (1 << CAP_SETPCAP):
        return None
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if permitted & (1 << capability) and _libc().prctl(PR_CAPBSET_READ, capability, 0, 0, 0):
            return capability
    return None


def _permitted_capabilities() -> int:
    header, sets = _Header(CAPABILITY_VERSION_3, 0), (_Sets * 2)()
    _check(_libc().capget(ctypes.byref(header), sets), "capget")
    return int(sets[0].permitted)


def _keep_only(capability: int) -> None:
    """Permitted, inheritable and ambient alike: otherwise the kernel treats the coming `exec` as
    one that gains rights, and ignores both library paths and the tie to the parent."""
    mask = 1 << capability
    header = _Header(CAPABILITY_VERSION_3, 0)
    sets = (_Sets * 2)(_Sets(mask, mask, mask), _Sets(0, 0, 0))
    _check(_libc().capset(ctypes.byref(header), sets), "capset")
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def _raise_open_files_limit() -> None:
    """Each viewer is an open socket; the usual soft limit of 1,024 would be the first to be hit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_WANTED if hard == resource.RLIM_INFINITY else min(OPEN_FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="unprivileged")
    parser.add_argument("--user", help="numeric user:group to become")
    parser.add_argument("--traverse", action="store_true")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(argv)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, first: int, second: int = 0) -> None:
    _check(_libc().prctl(option, first, second, 0, 0), "prctl")


def _check(result: int, call: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{call}: {os.strerror(code)}")


if __name__ == "__main__":
    main(sys.argv[1:])
