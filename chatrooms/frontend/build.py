"""Builds the frontend when its sources changed, and only then."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chatrooms.domain.startup import CannotStart
from chatrooms.frontend.origin import PLACEHOLDER_URL

SOURCES = ("chatrooms", "assets", "rxconfig.py", "requirements.txt", "constraints.txt")
LOCK_SOURCES = ("reflex.lock",)
REASON_LINES = 30
NPM_REGISTRY = "NPM_CONFIG_REGISTRY"


def is_current(project: Path) -> bool:
    """Whether the built pages were made from the sources as they are now."""
    try:
        stamp = _stamp_file(project).read_text()
    except FileNotFoundError:
        return False
    return stamp == _stamp(project, sources=sources_hash(project, SOURCES))


def ensure_built(project: Path, *, environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Build unless current. Safe to call from several instances of the same checkout at once.

    Raises CannotStart with the end of the build's output if the build fails, or if the checkout
    cannot be written.
    """
    if is_current(project):
        return
    with _only_builder(project):
        if is_current(project):
            return
        say("Building the pages (about half a minute, only when their sources changed)")
        sources = sources_hash(project, SOURCES)
        _stamp_file(project).unlink(missing_ok=True)
        with _packages_kept(project):
            _export(project, environ=build_environ(environ))
        _stamp_file(project).write_text(_stamp(project, sources=sources))


def sources_hash(project: Path, names: tuple[str, ...]) -> str:
    """One hash over the names and contents of all files that the build depends on."""
    digest = hashlib.sha256()
    for name in names:
        for file in _files(project / name):
            digest.update(str(file.relative_to(project)).encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def build_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a build: the virtual environment's bun first, and no telemetry.

    The machine's own npm registry is used where it has one; nothing of it is stored.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)])
    # What tells Reflex how to serve, such as to compile nothing, would spoil a build.
    result = {name: value for name, value in environ.items() if "REFLEX_" not in name}
    result |= {"PATH": path, "REFLEX_API_URL": PLACEHOLDER_URL}
    result |= {"REFLEX_TELEMETRY_ENABLED": "false", "REFLEX_CHECK_LATEST_VERSION": "false"}
    if NPM_REGISTRY not in environ and (registry := _npm_registry(environ)):
        result[NPM_REGISTRY] = registry
    return result


def _npm_registry(environ: Mapping[str, str]) -> str | None:
    npm = shutil.which("npm", path=environ.get("PATH"))
    if npm is None:
        return None
    line = [npm, "config", "get", "registry"]
    try:
        found = subprocess.run(line, capture_output=True, text=True, check=True, timeout=30)
    except (subprocess.SubprocessError, OSError):
        return None
    registry = found.stdout.strip()
    return registry if registry.startswith(("http://", "https://")) else None


def _export(project: Path, *, environ: Mapping[str, str]) -> None:
    reflex = str(Path(sys.executable).with_name("reflex"))
    process = subprocess.Popen(
        [reflex, "export", "--frontend-only", "--no-zip"],
        cwd=project,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        lines = [line for line in output.splitlines() if line.strip()][-REASON_LINES:]
        raise CannotStart("\n  | ".join(["The pages could not be built:", *lines]))


@contextmanager
def _packages_kept(project: Path) -> Iterator[None]:
    """Leaves the committed list of packages as it was if only its layout changed."""
    file = project / "reflex.lock" / "package.json"
    before = file.read_text() if file.exists() else ""
    yield
    after = file.read_text() if file.exists() else ""
    if before and after and before != after and json.loads(before) == json.loads(after):
        file.write_text(before)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for file in sorted(path.rglob("*")):
        hidden = "__pycache__" in file.parts or file.is_symlink()
        if file.is_file() and not hidden and "external" not in file.parts:
            yield file


def _stamp_file(project: Path) -> Path:
    # Inside the build's folder, so that whatever removes the build removes its stamp.
    return project / ".web" / "build" / "sources.sha256"


def _stamp(project: Path, *, sources: str) -> str:
    """A build may complete the lock, so the lock counts as it is after the build."""
    return f"{sources} {sources_hash(project, LOCK_SOURCES)}\n"


@contextmanager
def _only_builder(project: Path) -> Iterator[None]:
    folder = project / ".build"
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / "frontend.lock").open("w")
    except OSError as error:
        raise CannotStart(
            f"The pages must be built, but {project} cannot be written: run build-frontend as its "
            "owner first."
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
