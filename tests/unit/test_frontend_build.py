"""The pages are built again exactly when their sources changed."""

from pathlib import Path

import pytest

from chatrooms.frontend import build
from chatrooms.frontend.origin import PLACEHOLDER_URL


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "chatrooms").mkdir()
    (tmp_path / "chatrooms" / "page.py").write_text("one")
    (tmp_path / "reflex.lock").mkdir()
    return tmp_path


@pytest.fixture
def built(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was said; each build says one line."""

    def export(project: Path, *, environ: dict[str, str]) -> None:
        (project / ".web" / "build").mkdir(parents=True, exist_ok=True)
        (project / "reflex.lock" / "bun.lock").write_text("completed by the build")

    monkeypatch.setattr(build, "_export", export)
    said: list[str] = []
    build.ensure_built(project, environ={}, say=said.append)
    return said


def test_a_second_start_builds_nothing(project: Path, built: list[str]) -> None:
    build.ensure_built(project, environ={}, say=built.append)
    assert len(built) == 1
    assert build.is_current(project)


@pytest.mark.parametrize("name", ["chatrooms/page.py", "chatrooms/new.py", "reflex.lock/bun.lock"])
def test_a_changed_source_is_built(project: Path, built: list[str], name: str) -> None:
    (project / name).write_text("two")
    assert not build.is_current(project)
    build.ensure_built(project, environ={}, say=built.append)
    assert len(built) == 2


def test_a_removed_build_is_built(project: Path, built: list[str]) -> None:
    for file in (project / ".web" / "build").iterdir():
        file.unlink()
    assert not build.is_current(project)


def test_compiled_python_is_no_source(project: Path, built: list[str]) -> None:
    (project / "chatrooms" / "__pycache__").mkdir()
    (project / "chatrooms" / "__pycache__" / "page.pyc").write_bytes(b"x")
    assert build.is_current(project)


def test_a_build_leaves_the_packages_file_as_it_is_unless_a_package_changed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = project / "reflex.lock" / "package.json"
    before = '{\n  "dependencies": {"a": "1"}\n}\n'
    packages.write_text(before)

    def build_with(text: str) -> str:
        def export(project: Path, *, environ: dict[str, str]) -> None:
            (project / ".web" / "build").mkdir(parents=True, exist_ok=True)
            packages.write_text(text)

        monkeypatch.setattr(build, "_export", export)
        (project / "chatrooms" / "page.py").write_text(text)
        build.ensure_built(project, environ={}, say=lambda _: None)
        assert build.is_current(project)
        return packages.read_text()

    assert build_with('{"dependencies": {"a": "1"}}') == before
    changed = '{"dependencies": {"a": "1", "b": "2"}}'
    assert build_with(changed) == changed


def test_a_build_gets_no_serving_options_and_the_placeholder_address() -> None:
    environ = build.build_environ(
        {"__REFLEX_SKIP_COMPILE": "true", "REFLEX_ENV_MODE": "prod", "PATH": "/nowhere", "A": "1"}
    )
    assert environ["REFLEX_API_URL"] == PLACEHOLDER_URL
    assert environ["REFLEX_TELEMETRY_ENABLED"] == "false"
    assert environ["A"] == "1"
    assert "__REFLEX_SKIP_COMPILE" not in environ
    assert "NPM_CONFIG_REGISTRY" not in environ


def test_a_given_registry_is_passed_on() -> None:
    environ = build.build_environ({"PATH": "/nowhere", "NPM_CONFIG_REGISTRY": "given"})
    assert environ["NPM_CONFIG_REGISTRY"] == "given"
