"""Sentences of our own that set harmless wording beside abuse in the same words.

`lessons/*.txt` hold templates, `- ` for harmless and `+ ` for abusive ones, with the fillings of
`slots.txt`. What a community says every day and filters get wrong is taught here: technical idiom,
games, friendly swearing, people who say who they are, reports and quotes of abuse, health.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("lessons")
SOURCE: Final = "lessons"
_SLOT: Final = re.compile(r"\{(\w+)\}")
_HELD_EVERY: Final = 8
"""One template of so many is not taught but measured."""
_FILLINGS: Final = 5
_FILLINGS_WITH_PEOPLE: Final = 12
_PEOPLE: Final = ("groups", "person", "trait", "identity")
_OPENINGS: Final = (
    "hey ",
    "lol ",
    "ok ",
    "well, ",
    "hi all, ",
    "@user ",
    "honestly ",
    "so ",
    "yo ",
)
_ENDINGS: Final = (".", "!", "!!", "?", "...", " lol", " haha", " tbh", " :)", " please", " today")


@dataclass(frozen=True, slots=True)
class Lesson:
    """One sentence made of a template."""

    text: str
    label: int
    topic: str
    is_held: bool
    """Not for training: for measuring whether the others taught anything."""


def make_lessons(seed: int = 0) -> list[Lesson]:
    """All templates, filled; the same for the same seed."""
    chance = random.Random(seed)
    slots = read_slots()
    lessons: dict[str, Lesson] = {}
    for number, (topic, label, template) in enumerate(_templates()):
        is_held = number % _HELD_EVERY == _HELD_EVERY - 1
        for text in _filled(template, slots, chance):
            dressed = _dressed(text, chance)
            lessons.setdefault(dressed.lower(), Lesson(dressed, label, topic, is_held))
    return [*lessons.values(), *_pairs(list(lessons.values()), chance)]


def read_slots() -> dict[str, list[str]]:
    """The fillings by the name of their slot."""
    lines = (FOLDER / "slots.txt").read_text(encoding="utf-8").splitlines()
    named = (line.split(":", 1) for line in lines if line and not line.startswith("#"))
    return {name: [part.strip() for part in parts.split("|")] for name, parts in named}


def _templates() -> Iterator[tuple[str, int, str]]:
    for file in sorted(FOLDER.glob("*.txt")):
        if file.name == "slots.txt":
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            if line[:2] in ("- ", "+ "):
                yield file.stem, int(line[0] == "+"), line[2:].strip()


def _filled(template: str, slots: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    names = _SLOT.findall(template)
    if not names:
        yield template
        return
    count = _FILLINGS_WITH_PEOPLE if any(name in _PEOPLE for name in names) else _FILLINGS
    choices = {name: chance.sample(slots[name], len(slots[name])) for name in names}
    for turn in range(count):
        # The same slot twice in one sentence takes different fillings.
        fillings = [
            choices[name][(turn + 7 * place) % len(choices[name])]
            for place, name in enumerate(names)
        ]
        parts = _SLOT.split(template)[::2]
        yield "".join(map("".join, zip(parts, [*fillings, ""], strict=True)))


def _dressed(text: str, chance: random.Random) -> str:
    """The sentence as somebody might type it."""
    if chance.random() < 0.2:
        text = chance.choice(_OPENINGS) + text
    if chance.random() < 0.3:
        text += chance.choice(_ENDINGS)
    if chance.random() < 0.2:
        text = text.replace("'", "").replace(",", "")
    return text


def _pairs(lessons: list[Lesson], chance: random.Random) -> Iterator[Lesson]:
    """Two sentences in one message: abuse if one of them is, and the harmless ones in company."""
    taught = [lesson for lesson in lessons if not lesson.is_held]
    for lesson in taught:
        if chance.random() < 0.25:
            other = chance.choice(taught)
            first, second = chance.sample((lesson, other), 2)
            text = first.text.rstrip(".") + chance.choice((". ", ", ", " ", " and ")) + second.text
            yield Lesson(text, max(first.label, second.label), lesson.topic, is_held=False)
