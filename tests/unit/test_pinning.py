"""What is installed is fixed, and nothing names the place it comes from."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z0-9,]+\])?==[A-Za-z0-9.+!]+$")
HASHED = re.compile(r"^[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$")
WEIGHTS = "requirements-minilm.txt"
FILES = ["requirements.txt", "requirements-dev.txt", "constraints.txt", WEIGHTS]


def pins(name: str) -> dict[str, str]:
    lines = (PROJECT / name).read_text().splitlines()
    kept = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert all(PIN.match(line) for line in kept), kept
    return {
        re.sub(r"[-_.]+", "-", re.split(r"\[|==", line)[0]).lower(): line.split("==")[1]
        for line in kept
    }


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_direct_requirements_agree_with_the_constraints(name: str) -> None:
    constraints = pins("constraints.txt")
    assert {key: constraints.get(key) for key in pins(name)} == pins(name)


@pytest.mark.parametrize("name", FILES)
def test_no_requirement_names_an_address(name: str) -> None:
    assert not re.search(r"https?:|file:|--index|--find-links|@ ", (PROJECT / name).read_text())


def test_the_weights_are_pinned_by_their_hash() -> None:
    lines = [line for line in (PROJECT / WEIGHTS).read_text().splitlines() if line[:1] not in "#"]
    assert [bool(HASHED.match(line)) for line in lines] == [True]


def test_the_frontend_lock_names_no_address() -> None:
    files = [file for file in (PROJECT / "reflex.lock").rglob("*") if file.is_file()]
    assert {"bun.lock", "package.json"} <= {file.name for file in files}
    for file in files:
        assert not re.search(r"https?://|registry", file.read_text()), file.name
