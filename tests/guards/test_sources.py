"""Importing does no work, processes share nothing by accident, and files name no machine."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatrooms.supervise.places import PROJECT

MODULES = sorted(
    file
    for package in ("chatrooms", "workers")
    for file in (PROJECT / package).rglob("*.py")
    if "__pycache__" not in file.parts
)
READ_ENVIRONMENT = {
    # The command line hands its environment to the children it starts, and instances it finds
    # to itself; the metrics library has its own variable; a launcher starts before anything else.
    "chatrooms/adapters/metrics.py",
    "chatrooms/adapters/embedded/unprivileged.py",
    "chatrooms/cli/build_frontend.py",
    "chatrooms/cli/instance.py",
    "chatrooms/cli/serve.py",
    "chatrooms/cli/demo.py",
}
MUTABLE_CALLS = {"dict", "list", "set", "defaultdict", "deque", "Counter", "OrderedDict"}
KNOWN_MUTABLE = {
    ("workers/monitoring.py", "_started_at"): "Celery signals carry no state of their own",
}
MACHINE = re.compile(r"/(?:home/[a-z]+|work|Users/[a-z]+|root)/")
REGISTRY = re.compile(r"https?://[^\s\"']*(?:registry|pypi|npmjs|artifactory|nexus)[^\s\"']*", re.I)
IMPORT_ALL = """
import importlib, os, socket, sys, threading
os.environ.clear()
opened = []
real = socket.socket.connect
def connect(self, *args):
    opened.append(args)
    return real(self, *args)
socket.socket.connect = connect
before = threading.active_count()
for name in sys.argv[1:]:
    importlib.import_module(name)
from chatrooms import bootstrap
from chatrooms.live import offload, runtime
from chatrooms.settings import get_settings
assert not opened, opened
assert threading.active_count() == before, threading.enumerate()
assert bootstrap.current.cache_info().currsize == 0, "dependencies were built"
assert offload._pool.cache_info().currsize == 0, "threads were started"
assert not runtime.runtime().parts
from sqlalchemy import Engine
import gc
assert not [each for each in gc.get_objects() if isinstance(each, Engine)], "an engine was built"
print("imported", len(sys.argv) - 1)
"""


def relative(file: Path) -> str:
    return str(file.relative_to(PROJECT))


def module_name(file: Path) -> str:
    parts = file.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [PROJECT / name for name in names if (PROJECT / name).is_file()]


def test_importing_everything_does_no_work() -> None:
    names = [module_name(file) for file in MODULES if file.name != "__main__.py"]
    result = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names],
        cwd=PROJECT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert f"imported {len(names)}" in result.stdout


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every module, read once for all who look."""
    return {relative(file): ast.parse(file.read_text()) for file in MODULES}


def test_no_module_keeps_state_that_changes(trees: dict[str, ast.Module]) -> None:
    for name, tree in trees.items():
        for node in tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and not is_constant(target.id, node.value):
                    assert (name, target.id) in KNOWN_MUTABLE, f"{name}: {target.id} can change"


def is_constant(name: str, value: ast.expr | None) -> bool:
    """A mutable value is fine under a constant's name if it is written out, not filled later."""
    if isinstance(value, ast.Call):
        called = ast.unparse(value.func).rpartition(".")[2].partition("[")[0]
        is_metric = called == "Counter" and bool(value.args)
        return is_metric or called not in MUTABLE_CALLS
    if isinstance(value, ast.Dict | ast.List | ast.Set):
        is_filled = bool(value.keys if isinstance(value, ast.Dict) else value.elts)
        return is_filled or name == "__all__"
    return True


def test_the_environment_is_read_by_settings_alone(trees: dict[str, ast.Module]) -> None:
    for name, tree in trees.items():
        names = {
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        }
        if names & {"os.environ", "os.getenv"}:
            assert name in READ_ENVIRONMENT


def test_nothing_a_person_wrote_becomes_html_or_script(trees: dict[str, ast.Module]) -> None:
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in ("rx.html", "rx._x.client_state"), f"{name}: {called}"
            if called == "rx.markdown":
                assert "use_raw=False" in ast.unparse(node), f"{name}: raw Markdown"


def test_no_file_names_a_machine_or_a_registry() -> None:
    for file in tracked_files():
        if file == Path(__file__) or file.suffix in (".png", ".gz", ".woff2", ".ico"):
            continue
        text = file.read_text(errors="replace")
        assert not MACHINE.search(text), f"{relative(file)} names a folder of a machine"
        if file.parts[-2] == "reflex.lock" or file.suffix in (".txt", ".toml", ".lock", ".json"):
            found = REGISTRY.search(text)
            assert not found, f"{relative(file)} names {found and found.group()}"


def test_the_frontend_lock_is_there_and_names_no_registry() -> None:
    files = [file for file in (PROJECT / "reflex.lock").iterdir() if file.is_file()]
    assert files
    for file in files:
        assert not re.search(r"https?://", file.read_text()), file.name
