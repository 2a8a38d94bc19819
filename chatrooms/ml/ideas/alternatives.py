"""Questions of choice that people differ about, for a vote."""

import re
from collections.abc import Sequence
from typing import Final

from chatrooms.ml.ideas.choices import MAX_CHOICES, choice_at
from chatrooms.ml.ideas.clauses import (
    asks,
    capitalised,
    sentences,
    shortened,
)
from chatrooms.ml.ideas.common import EMPTY
from chatrooms.ml.ideas.offered import TOGETHER, Found, questions_of_choice
from chatrooms.ml.ideas.room import Poll, Room, Said, listed
from chatrooms.ml.ideas.weighing import Weighed, weighed_names
from chatrooms.ml.retrieve.wording import stems

MAX_QUESTION_CHARS: Final = 200
_LONG: Final = 3
"""Words from which on a choice is seldom repeated whole; so much of it is named: one in three."""
_REACH: Final = 40
"""Messages after a question that may still be about it."""
_LEANING: Final = re.compile(
    r"\b(?:prefer\w*|better|best|i'?d|i would|i'?ll|vote|like|love|hate|favou?r|go with|going with"
    r"|recommend\w*|suggest\w*|works? (?:for|best)|easier|nicer|simpler|faster|worse|good|great"
    r"|nice"
    r"|bad|awesome|terrible|rather|should|fan of|choose|pick|agree|instead|always use|i use"
    r"|definitely"
    r"|fine|cheaper|sucks|\+1|wins?|can't|cannot|awful|perfect|suits?)\b|\+1",
    re.I,
)
_DECIDED: Final = re.compile(
    r"\b(?:decided|settled|it is then|let'?s go with|we(?:'ll| will|'re going to) (?:go|use|take"
    r"|meet"
    r"|do|keep)|(?:i'?ll|i will|gonna|going to) (?:go with|use|try|take|stick|pick|do|get|stay)"
    r"|i went with|i chose|done deal|that settles)\b",
    re.I,
)
_CONTENT: Final = re.compile(
    r"\b(?:thanks|thank you|thx|ty|cheers|never ?mind|nvm|got it|solved|works now|makes sense)\b",
    re.I,
)
_CONTENT_REACH: Final = 12
"""Messages after a question in which thanks are for its answer."""
_ANSWER_REACH: Final = 8
"""Messages after a question in which naming a choice is choosing it."""
_PROPOSED: Final = re.compile(
    r"\b(?:what about|how about|why not(?: try| use)?|i(?:'d| would) (?:go with|pick|vote for"
    r"|choose|recommend|suggest|prefer)|i(?:'m| am) for|i vote for|\+1 for|my vote(?: is"
    r"| goes) (?:for"
    r"|to))\s+",
    re.I,
)
_PERSONAL: Final = re.compile(r"\b(?:i|my|me|i'm|i've|i'd)\b", re.I)
_AIMED: Final = re.compile(r"\b(?:you|your|u|ur)\b(?! (?:guys|all|folks|people|prefer))", re.I)


def find_polls(room: Room) -> list[Poll]:
    """What could be voted on, the best first.

    Each has choices that were named in the room and two people at least who named them, one of
    whom leans to one; nothing that was decided after, as far as that was said.
    """
    said = Said(room.lines)
    asked = [_poll(said, found, room) for found in questions_of_choice(said)]
    weighed = [_poll_of_names(said, each, room) for each in weighed_names(said)]
    polls: dict[frozenset[str], Poll] = {}
    for poll in filter(None, [*asked, *weighed]):
        if said.names.intersection(map(str.lower, poll.choices)):
            continue
        best = polls.get(poll.key)
        if best is None or poll.confidence > best.confidence:
            polls[poll.key] = poll
    return sorted(polls.values(), key=lambda poll: (-poll.confidence, -max(poll.evidence)))


def _poll(said: Said, found: Found, room: Room) -> Poll | None:
    names = {choice: stems(choice) for choice in found.choices}
    near = range(max(0, found.place - _REACH // 2), min(len(said.lines), found.place + _REACH + 1))
    naming = [place for place in near if _named(said.stems[place], names)]
    asker = said.lines[found.place].author
    others = [place for place in naming if said.lines[place].author != asker]
    leaning = [place for place in others if _leans(said, place, found, names)]
    enough = len({said.lines[place].author for place in leaning}) >= (2 if found.is_bare else 1)
    if not enough or _is_decided(said, found, naming, asker):
        return None
    if not found.is_question and not _both_sides(said, naming, names):
        return None
    choices = _with_proposed(said, found)
    people = list(dict.fromkeys([asker, *(said.lines[place].author for place in leaning)]))
    return Poll(
        why=_why(said, found.place, people),
        evidence=said.numbers([found.place, *leaning, *others]),
        confidence=_confidence(said, found, people, others, room),
        key=frozenset(each for choice in found.choices for each in stems(choice)),
        question=_question(found, asker),
        choices=choices,
    )


def _poll_of_names(said: Said, weighed: Weighed, room: Room) -> Poll | None:
    newest = weighed.places[-1]
    found = Found(newest, "", weighed.names, False)
    if _is_decided(said, found, weighed.places, ""):
        return None
    people = [said.lines[place].author for place in weighed.places]
    return Poll(
        why=_why(said, newest, people),
        evidence=said.numbers(weighed.places),
        confidence=_confidence(said, found, people, weighed.places, room),
        key=frozenset(stem for name in weighed.names for stem in stems(name)),
        question=_question(found, ""),
        choices=weighed.names,
    )


def _named(text: Sequence[str], names: dict[str, list[str]]) -> list[str]:
    """The choices that a text names: by all their stems in a row, longer ones by some of those that
    are theirs alone."""
    return [
        choice
        for choice, wanted in names.items()
        if (_in_a_row(wanted, text) if len(wanted) < _LONG else _in_part(choice, text, names))
    ]


def _in_part(choice: str, text: Sequence[str], names: dict[str, list[str]]) -> bool:
    others = {stem for other, wanted in names.items() if other != choice for stem in wanted}
    own = [stem for stem in names[choice] if stem not in EMPTY and stem not in others]
    return bool(own) and _LONG * sum(stem in text for stem in own) >= len(own)


def _in_a_row(wanted: Sequence[str], text: Sequence[str]) -> bool:
    if not wanted or all(each in EMPTY for each in wanted):
        return False
    size = len(wanted)
    return any(list(text[at : at + size]) == list(wanted) for at in range(len(text) - size + 1))


def _leans(said: Said, place: int, found: Found, names: dict[str, list[str]]) -> bool:
    """Whether a line says something for or against a choice, and is no mere question."""
    line, asked = said.lines[place], said.lines[found.place]
    stated = [
        part
        for part in sentences(said.texts[place])
        if not asks(part) and _named(stems(part), names)
    ]
    if not stated or (place < found.place and found.is_question):
        return False
    addressed = said.addressed(place)
    answers = line.reply_to == asked.n or asked.author.lower() in addressed
    if addressed and not answers:
        return False
    soon = found.is_question and not found.is_bare and place - found.place <= _ANSWER_REACH
    return answers or soon or any(map(_LEANING.search, stated))


def _both_sides(said: Said, naming: Sequence[int], names: dict[str, list[str]]) -> bool:
    """Whether different people lean to different choices, or weigh both."""
    weighed = {
        said.lines[place].author
        for place in naming
        if len(_named(said.stems[place], names)) > 1 and _LEANING.search(said.texts[place])
    }
    return len(weighed) > 1


def _is_decided(said: Said, found: Found, naming: Sequence[int], asker: str) -> bool:
    """Whether the one who asked was content after, or who names a choice says that it is done."""
    for place in range(found.place + 1, min(len(said.lines), found.place + _REACH + 1)):
        is_asker, text = said.lines[place].author == asker, said.texts[place]
        if (is_asker or place in naming) and _DECIDED.search(text):
            return True
        if is_asker and place - found.place <= _CONTENT_REACH and _CONTENT.search(text):
            return True
    return False


def _with_proposed(said: Said, found: Found) -> tuple[str, ...]:
    """The choices, and what others proposed in answer to the question."""
    choices = list(found.choices)
    asked = said.lines[found.place]
    if not found.is_question or max(len(each.split()) for each in choices) > 3:
        return found.choices
    for place in range(found.place + 1, min(len(said.lines), found.place + _REACH // 2)):
        line = said.lines[place]
        answers = line.reply_to == asked.n or asked.author.lower() in said.addressed(place)
        if not answers or line.author == asked.author:
            continue
        for proposed in _PROPOSED.finditer(said.texts[place]):
            choice = choice_at(said.texts[place][proposed.end() :].split("\n", 1)[0])
            known = [set(stems(each)) for each in choices]
            if choice and not any(set(stems(choice)) & each for each in known):
                choices.append(choice)
    return tuple(choices[:MAX_CHOICES])


def _question(found: Found, asker: str) -> str:
    """The words of the room: a question for everybody as it stands, one about its author quoted."""
    if not found.is_question:
        return f"{capitalised(' or '.join(found.choices))}?"
    if _PERSONAL.search(found.sentence) or _AIMED.search(found.sentence):
        quote = shortened(found.sentence, 30, MAX_QUESTION_CHARS - len(asker) - 12)
        return f"{asker} asked: \u201c{quote}\u201d"
    asked = shortened(capitalised(found.sentence), 40, MAX_QUESTION_CHARS - 1)
    return asked if asked.endswith(("?", "\u2026")) else f"{asked}?"


def _why(said: Said, place: int, people: Sequence[str]) -> str:
    day = said.day(place)
    names = listed(people[:3])
    return f"{names} talked about this{day}, and no decision was written down."


def _confidence(
    said: Said, found: Found, people: Sequence[str], others: Sequence[int], room: Room
) -> float:
    named = {stem for choice in found.choices for stem in stems(choice)}
    value = 0.5 if found.is_question else 0.45
    value += 0.1 * min(2, len(people) - 2) + 0.04 * min(3, len(others) - 1)
    value += 0.1 if named & room.about() else 0.0
    value += 0.1 if TOGETHER.search(found.sentence) else 0.0
    value -= 0.1 if _AIMED.search(found.sentence) else 0.0
    value -= 0.15 * (1 - (found.place + 1) / len(said.lines))
    return round(min(0.95, max(0.05, value)), 3)
