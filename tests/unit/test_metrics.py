"""The figures of processes that are gone."""

import os
from pathlib import Path

import pytest

from chatrooms.adapters import metrics

GONE = 2**30


def test_gauges_of_a_killed_process_are_taken_out_of_the_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    kept = [tmp_path / f"gauge_livesum_{os.getpid()}.db", tmp_path / f"counter_{GONE}.db"]
    gone = tmp_path / f"gauge_livesum_{GONE}.db"
    for file in [*kept, gone]:
        file.write_bytes(bytes(64))  # a file that counts nothing yet
    metrics.report()
    assert not gone.exists()
    assert all(file.exists() for file in kept)


def test_a_process_alone_reports_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert b"# HELP chatrooms_delivery_lag_seconds " in metrics.report()
