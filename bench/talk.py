"""What people of a small room write in a week: talks of a few messages with hours of silence in
between, in made-up sentences.

The parameters are those of public rooms for learners with about a hundred people each, of whom one
or two talk at a time: three talks a day; half of them have at most three messages, one of ten more
than twenty; half of the messages follow within half a minute, one of ten after more than six
minutes.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

TALKS_PER_DAY = 3.0
MESSAGES = (3, 1.48)
"""Of a talk: median, and spread of the logarithm."""
GAP_MIN = (0.45, 2.1)
"""Between two messages of a talk, the same in minutes."""
MOST_MESSAGES, LONGEST_GAP_MIN = 60, 45
HOURS = (1, 4, 5, 4, 2, 3, 4, 2, 2, 5, 3, 3, 4, 3, 6, 6, 4, 8, 7, 7, 9, 4, 4, 4)
"""How many of a hundred talks begin in which hour of the day."""
_THINGS = (
    "soldering iron",
    "label printer",
    "sewing machine",
    "bench drill",
    "air pump",
    "router",
    "table saw",
    "oscilloscope",
    "bread oven",
    "bicycle stand",
    "3D printer",
    "paint shaker",
)
_SAYINGS = (
    "Could we look at the {thing} together some evening?",
    "Our {thing} works again since the fuse was changed.",
    "I would rather lend the {thing} out than store it.",
    "Has anybody written down how a {thing} is cleaned?",
    "My neighbour gives away a {thing}, who wants it?",
    "Reading the manual of that {thing} took me all morning.",
    "For beginners the {thing} is too heavy, I think.",
    "Last year somebody taught a course about the {thing}.",
    "Where do you buy parts when your {thing} breaks?",
    "A cover against dust would do the {thing} good.",
    "Without gloves nobody should touch this {thing}.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message that somebody will write."""

    at: datetime
    who: int
    """Which of the people."""
    body: str


def week_of_talk(*, begin: datetime, days: int, people: int, seed: int) -> list[Said]:
    """What is said, in the order of time; the same for the same seed."""
    chance = random.Random(seed)
    found = [
        said
        for day in range(days)
        for _ in range(_talks(chance))
        for said in _talk(chance, begin + timedelta(days=day), people)
    ]
    return sorted(found, key=lambda said: said.at)


def _talks(chance: random.Random) -> int:
    """As many as fall into a day if each comes whenever it likes."""
    count, passed = 0, chance.expovariate(TALKS_PER_DAY)
    while passed < 1:
        count, passed = count + 1, passed + chance.expovariate(TALKS_PER_DAY)
    return count


def _talk(chance: random.Random, day: datetime, people: int) -> Iterator[Said]:
    hour = chance.choices(range(24), weights=HOURS)[0]
    at = day + timedelta(hours=hour, minutes=chance.uniform(0, 60))
    speakers = chance.sample(range(people), k=min(people, chance.choice((1, 2, 2, 3))))
    for _ in range(min(MOST_MESSAGES, max(1, round(_drawn(chance, *MESSAGES))))):
        body = chance.choice(_SAYINGS).format(thing=chance.choice(_THINGS))
        yield Said(at, chance.choice(speakers), body)
        at += timedelta(minutes=min(LONGEST_GAP_MIN, _drawn(chance, *GAP_MIN)))


def _drawn(chance: random.Random, median: float, spread: float) -> float:
    return chance.lognormvariate(log(median), spread)
