"""Sentences of our own that are never taught: what the model can tell, ability by ability.

`checks/groups.txt` follows the functionalities of HateCheck (Röttger et al. 2021), each sentence
with several groups; `checks/everyday.txt` holds harmless hard cases and abuse without the usual
words. Of each ability the results of every second sentence were looked at while the model was made.
The others make the fresh half: none of its sentences was looked at by itself, but the shares by
ability of `groups` were once printed over both halves, so that half is not wholly unseen.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from chatrooms.ml.model import ToxicityModel

FOLDER: Final = Path(__file__).with_name("checks")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_FILLINGS: Final = {
    "groups": (
        "women", "gay people", "black people", "disabled people", "Muslims", "trans people",
        "immigrants", "Jews",
    ),
    "person": (
        "woman", "gay man", "black man", "disabled person", "Muslim", "trans person", "immigrant",
        "Jew",
    ),
    "slur": ("cunt", "faggot", "nigger", "retard", "raghead", "tranny", "wetback", "kike"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence and what is right about it."""

    text: str
    label: int
    ability: str
    file: str
    is_fresh: bool
    """Its own result was not looked at before the model was done, only shares that include it."""


def read_checks() -> list[Check]:
    """All sentences, each with all groups that it can be about."""
    return [check for file in sorted(FOLDER.glob("*.txt")) for check in _read(file)]


def measure_checks(model: ToxicityModel, threshold: float) -> dict[str, Any]:
    """By file: how often harmless text is flagged and abuse found, by half and by ability."""
    checks = read_checks()
    flagged = np.nan_to_num(model.score([check.text for check in checks])) >= threshold
    by_file: dict[str, list[tuple[Check, bool]]] = defaultdict(list)
    for check, is_flagged in zip(checks, flagged.tolist(), strict=True):
        by_file[check.file].append((check, is_flagged))
    return {file: _figures(results) for file, results in by_file.items()}


def _read(file: Path) -> Iterator[Check]:
    ability, number = "", 0
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            ability, number = line[3:], 0
        elif line[:2] in ("+ ", "- "):
            for text in _filled(line[2:]):
                yield Check(text, int(line[0] == "+"), ability, file.stem, number % 2 == 1)
            number += 1


def _filled(template: str) -> Iterator[str]:
    if not _SLOT.search(template):
        yield template
        return
    for turn in range(len(_FILLINGS["groups"])):
        text = _SLOT.sub(lambda slot, turn=turn: _FILLINGS[slot[1]][turn], template)
        yield text[0].upper() + text[1:]


def _figures(results: list[tuple[Check, bool]]) -> dict[str, Any]:
    abilities: dict[str, list[bool]] = defaultdict(list)
    for check, is_flagged in results:
        abilities[("+ " if check.label else "- ") + check.ability].append(is_flagged)
    return {
        "seen": _half([result for result in results if not result[0].is_fresh]),
        "fresh": _half([result for result in results if result[0].is_fresh]),
        "flagged": {name: _share(flags) for name, flags in abilities.items()},
    }


def _half(results: list[tuple[Check, bool]]) -> dict[str, Any]:
    return {
        "sentences": len(results),
        "accuracy": _share([is_flagged == bool(check.label) for check, is_flagged in results]),
        "false_positive_rate": _share([flag for check, flag in results if not check.label]),
        "recall": _share([flag for check, flag in results if check.label]),
    }


def _share(flags: list[bool]) -> float:
    return round(float(np.mean(flags)), 4)
