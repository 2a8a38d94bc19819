import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "chatrooms", *arguments],
        input=given,
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        check=False,
        timeout=120,
    )


def test_every_line_gets_one_probability() -> None:
    lines = [
        b"you are a fucking idiot",
        b"thanks, see you tomorrow",
        b"",
        "Привет, как дела?".encode(),
        b"broken \xff\xfe bytes are \x00 read",
        b"a\rb\x0bc\x0cd\xc2\x85e",
        b"long " * 50_000,
        b"last line without an end",
    ]
    result = run("score", given=b"\n".join(lines))
    assert result.returncode == 0, result.stderr
    values = [float(line) for line in result.stdout.decode().splitlines()]
    assert len(values) == len(lines)
    assert values[0] > 0.5 > values[1]
    assert math.isnan(values[3])
    assert all(0 <= value <= 1 for i, value in enumerate(values) if i != 3)


def test_explanations_add_up() -> None:
    result = run("score", "--explain", given="you are an 1d10t\nПривет, друг\n".encode())
    assert result.returncode == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.decode().splitlines())
    total = first["bias"] + sum(evidence["weight"] for evidence in first["evidence"])
    assert total == pytest.approx(first["logit"], abs=1e-4)
    assert [[mark["start"], mark["end"]] for mark in first["marks"]][-1] == [11, 16]
    assert second["probability"] is None


def test_nothing_in_gives_nothing_out() -> None:
    assert run("score").stdout == b""


def test_the_command_does_without_the_web_framework() -> None:
    code = (
        "import sys; from chatrooms.cli.app import make_app; make_app(['score']); "
        "sys.exit('reflex' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert result.returncode == 0


def test_training_says_what_is_wrong_with_its_data(tmp_path: Path) -> None:
    result = run("train-moderation", str(tmp_path / "missing.csv"), "--out", str(tmp_path))
    assert result.returncode == 1
    assert b"missing.csv cannot be read" in result.stderr
