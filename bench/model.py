"""`model`: how long judging takes, one message at a time and in batches, beside another model."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bench.measure import percentile
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from chatrooms.domain.startup import CannotStart
from chatrooms.ml.model import load_model
from chatrooms.ml.training.disguise import disguise
from chatrooms.ml.training.lessons import make_lessons

MAX_SINGLE_P99_MS = 1.0
MIN_PER_SECOND = 8_000.0
BATCH = 256
_WARM_UP = 512
_DISGUISED_SHARE = 0.1
_MESSAGES = 20_000
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast one model judges."""

    name: str
    single_ms: list[float]
    """Of each message by itself."""
    single_cpu_ms: list[float]
    """Of the processor alone: what it takes while others do not push it aside."""
    per_second: float
    """Messages in batches; the median of several rounds."""


def run_model(*, texts: Path | None, singles: int, as_json: bool) -> None:
    """Measure our model and alt-profanity-check with the same messages, in one thread."""
    messages = _read(texts) if texts else _messages()
    mean = sum(map(len, messages)) / len(messages)
    progress(f"{len(messages):,} different messages of {mean:.0f} characters on average")
    start = time.perf_counter()
    model = load_model()
    loaded_s = time.perf_counter() - start
    ours = _measure("this model", lambda batch: model.score(batch), messages, singles)
    other = _measure("alt-profanity-check", _yardstick(), messages, singles)
    _show(ours, other, loaded_s=loaded_s, as_json=as_json)


def _yardstick() -> Callable[[Sequence[str]], Any]:
    from profanity_check import profanity_check

    return cast(Any, profanity_check).predict_prob


def _measure(
    name: str, judge: Callable[[Sequence[str]], Any], messages: Sequence[str], singles: int
) -> Speed:
    progress(f"Measuring {name}")
    judge(messages[:_WARM_UP])
    single_ms: list[float] = []
    single_cpu_ms: list[float] = []
    for message in messages[-singles:]:
        start, cpu = time.perf_counter(), time.thread_time()
        judge([message])
        single_cpu_ms.append((time.thread_time() - cpu) * 1000)
        single_ms.append((time.perf_counter() - start) * 1000)
    rest = messages[:-singles]
    parts = [rest[i::_ROUNDS] for i in range(_ROUNDS)]
    rates = sorted(_rate(judge, part) for part in parts)
    return Speed(name, single_ms, single_cpu_ms, rates[len(rates) // 2])


def _rate(judge: Callable[[Sequence[str]], Any], messages: Sequence[str]) -> float:
    start = time.perf_counter()
    for first in range(0, len(messages), BATCH):
        judge(messages[first : first + BATCH])
    return len(messages) / (time.perf_counter() - start)


def _messages() -> list[str]:
    """Different messages of one to three sentences, some of them with disguised spellings."""
    chance = random.Random(0)
    sentences = [lesson.text for lesson in make_lessons()]
    messages: set[str] = set()
    while len(messages) < _MESSAGES:
        message = ". ".join(chance.sample(sentences, chance.randint(1, 3)))
        messages.add(disguise(message, chance) if chance.random() < _DISGUISED_SHARE else message)
    return chance.sample(sorted(messages), len(messages))


def _read(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise CannotStart(f"{path} cannot be read: {error}.") from error
    messages = list(dict.fromkeys(line for line in lines if line.strip()))
    if len(messages) < 4 * _WARM_UP:
        raise CannotStart(f"{path} holds {len(messages)} messages; {4 * _WARM_UP} are needed.")
    return messages


def _show(ours: Speed, other: Speed, *, loaded_s: float, as_json: bool) -> None:
    rows = [
        [
            speed.name,
            *(f"{percentile(speed.single_ms, share):.3f}" for share in (0.5, 0.95, 0.99)),
            f"{percentile(speed.single_cpu_ms, 0.99):.3f}",
            f"{speed.per_second:,.0f}",
        ]
        for speed in (ours, other)
    ]
    head = ["", "one p50 ms", "p95 ms", "p99 ms", "p99 CPU ms", f"per second in batches of {BATCH}"]
    show_table(f"The moderation model ({machine()})", head, rows)
    p99 = percentile(ours.single_ms, 0.99)
    show_verdicts(
        [
            (
                f"one message p99 {p99:.3f} ms, at most {MAX_SINGLE_P99_MS:g} ms",
                p99 < MAX_SINGLE_P99_MS,
            ),
            (
                f"{ours.per_second:,.0f} per second, at least {MIN_PER_SECOND:,.0f}",
                ours.per_second >= MIN_PER_SECOND,
            ),
        ]
    )
    OUTPUT.print(f"Loading the model took {loaded_s:.2f} s.")
    if as_json:
        print(
            json.dumps(
                {
                    "single_p99_ms": p99,
                    "per_second": ours.per_second,
                    "yardstick_per_second": other.per_second,
                    "load_s": loaded_s,
                }
            )
        )
