"""What is down is named, briefly, and not asked too often."""

import asyncio
import shutil
import threading
from pathlib import Path

import pytest

from chatrooms.api import readiness
from chatrooms.api.readiness import Readiness
from chatrooms.domain.startup import NotReady
from chatrooms.ml.card import CARD_NAME, SHIPPED
from chatrooms.ml.probes import check_model
from chatrooms.settings import Settings


def well(_settings: Settings) -> None:
    """Nothing to complain about."""


def behind(_settings: Settings) -> None:
    raise NotReady("the tables are of another version")


def broken(_settings: Settings) -> None:
    raise ConnectionError("host db.internal, password hunter2")


async def test_only_what_is_down_is_named_and_no_secret_told() -> None:
    asked = Readiness(Settings(), checks={"a": well, "b": behind, "c": broken})
    assert await asked.faults() == {
        "b": "the tables are of another version",
        "c": "ConnectionError",
    }


async def test_all_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=20)

    def meet(_settings: Settings) -> None:
        together.wait()

    assert await Readiness(Settings(), checks=dict.fromkeys("abc", meet)).faults() == {}


async def test_many_requests_ask_once_a_second() -> None:
    asked: list[int] = []
    now = 0.0
    checks = {"a": lambda _settings: asked.append(1)}
    state = Readiness(Settings(), checks=checks, clock=lambda: now)
    await asyncio.gather(*(state.faults() for _ in range(20)))
    assert len(asked) == 1
    now = readiness.KEEP_S
    await state.faults()
    assert len(asked) == 2


async def test_a_part_that_hangs_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "PROBE_LIMIT_S", 0.01)
    end = threading.Event()

    def hang(_settings: Settings) -> None:
        end.wait(20)

    try:
        state = Readiness(Settings(), checks={"a": hang})
        assert await state.faults() == {"a": "no answer in time"}
    finally:
        end.set()


def test_a_model_that_is_not_what_its_card_says_is_named(tmp_path: Path) -> None:
    for name in (SHIPPED.name, CARD_NAME):
        shutil.copy(SHIPPED.with_name(name), tmp_path / name)
    own = Settings(toxicity_model=str(tmp_path / SHIPPED.name))
    check_model(own)
    (tmp_path / SHIPPED.name).write_bytes(b"something else")
    with pytest.raises(NotReady, match="SHA-256"):
        check_model(own)
    with pytest.raises(NotReady, match="cannot be read"):
        check_model(Settings(toxicity_model=str(tmp_path / "nowhere")))
