"""What the room once talked about and what its tags name, for a topic."""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Final

from chatrooms.ml.ideas.clauses import asks, capitalised, is_harsh, sentences, without_greeting
from chatrooms.ml.ideas.common import EMPTY, GENERIC
from chatrooms.ml.ideas.room import Room, Said, Topic, listed
from chatrooms.ml.retrieve.wording import stem, stems

MAX_TITLE_CHARS: Final = 80
_LATELY_LINES: Final = 15
"""What was said in the newest lines is still being talked about."""
_MIN_LINES: Final = 30
_BURST_LINES: Final = 25
"""Uses of a term within so many lines are one conversation."""
_NEAR_LINES: Final = 8
_MIN_USES: Final = 3
_MIN_USES_UNTAGGED: Final = 4
_MIN_PEOPLE: Final = 2
_QUOTE_WORDS: Final = range(7, 27)
_WEAK: Final = 0.6
"""What a question is worth as a quote, or a sentence about something before it."""
_MIN_PLAIN: Final = 0.9
"""Share of letters in a quote: of less it is code or a line of a log."""
_WORD: Final = re.compile(r"[A-Za-z][\w.+#-]*")
_PLACED: Final = re.compile(
    r"\b(?:the|a|an|in|on|with|using|for|about|of|to|from|into|via|use|learn|my|our|your|some"
    r"|any)$",
    re.I,
)
_PLACE_ON_A_NET: Final = re.compile(r"\w/\w|@|\w\.(?:com|org|net|io)\b|&\w+;")
_POINTS_BACK: Final = re.compile(r"(?:this|that|it|they|he|she|those|these)\b", re.I)
_ENDINGS: Final = ("ing", "ed", "ly", "n't", "'s", "'re", "'ll", "'ve", "'m", "'d")


@dataclass(slots=True)
class _Term:
    """A word or two that people use for something."""

    places: list[int] = field(default_factory=list[int])
    people: set[str] = field(default_factory=set[str])
    spellings: Counter[str] = field(default_factory=Counter[str])
    large: int = 0
    """How often it is written as names are, with a capital letter or a digit in it."""
    placed: int = 0
    """How often it stands where things are named: after "the", "with", "using"."""


@dataclass(frozen=True, slots=True)
class _Quote:
    place: int
    text: str
    worth: float
    content: frozenset[str]
    """Its stems that say something, without those of the term."""


def find_topics(room: Room) -> list[Topic]:
    """Topics, best first: terms that several people used and nobody lately.

    Each is quoted from two people. A short history gives none.
    """
    said = Said(room.lines)
    if len(said.lines) < _MIN_LINES:
        return []
    tagged = _tagged(room)
    terms = _terms(said)
    own = set(stems(room.name.replace("-", " ").replace("_", " ")))
    topics = [
        topic
        for key, term in terms.items()
        if not own.intersection(key)
        and _may_come_back(key, term, tagged, said)
        and (topic := _topic(said, key, term, tagged))
    ]
    topics.sort(key=lambda each: (-each.confidence, each.title))
    return topics


def _tagged(room: Room) -> frozenset[str]:
    named = " ".join((room.topic, *room.tags)).replace("-", " ").replace("_", " ")
    return frozenset(set(stems(named)) - GENERIC)


def _terms(said: Said) -> dict[tuple[str, ...], _Term]:
    terms: defaultdict[tuple[str, ...], _Term] = defaultdict(_Term)
    names = {stem(name) for name in said.names}
    for place, text in enumerate(said.texts):
        for sentence in sentences(text):
            found = list(_WORD.finditer(sentence))
            for at, match in enumerate(found):
                for size in (1, 2):
                    words = [each[0].strip(".-") for each in found[at : at + size]]
                    key = tuple(stem(word.lower()) for word in words)
                    whole = sentence[match.start() : found[min(at + size, len(found)) - 1].end()]
                    if len(words) < size or not _names_something(words, key, whole, names):
                        continue
                    _note(terms[key], said, place, words, sentence[: match.start()].rstrip())
    used = {key: term for key, term in terms.items() if len(term.people) >= _MIN_PEOPLE}
    wholes = [(key, term) for key, term in used.items() if len(key) > 1]
    within: Counter[tuple[str, ...]] = Counter()
    for key, term in wholes:
        within.update({(part,): len(term.places) for part in key})
    # What mostly stands in longer terms is told by these.
    return {key: term for key, term in used.items() if 2 * within[key] < len(term.places)}


def _names_something(words: list[str], key: tuple[str, ...], whole: str, names: set[str]) -> bool:
    is_name = len(words) > 1 and all(word[0].isupper() for word in words)
    usual = sum(each in GENERIC for each in key) > is_name
    usual = usual or any(each in names or len(each) < 3 for each in key)
    runs_on = len(words) == 2 and whole.count(" ") != 1
    is_form = words[-1].lower().endswith(_ENDINGS) and not words[-1][0].isupper()
    return not usual and not runs_on and not is_form


def _note(term: _Term, said: Said, place: int, words: list[str], before: str) -> None:
    term.places.append(place)
    term.people.add(said.lines[place].author)
    # At the beginning of a sentence a large letter says nothing.
    spelling = " ".join(words if before else [words[0].lower(), *words[1:]])
    term.spellings[spelling] += 1
    last = words[-1]
    term.large += (bool(before) or len(words) > 1) and (
        last[0].isupper() or any(each.isupper() or each.isdigit() for each in last[1:])
    )
    term.placed += bool(_PLACED.search(before)) or (bool(before) and words[0][0].isupper())


def _may_come_back(key: tuple[str, ...], term: _Term, tagged: frozenset[str], said: Said) -> bool:
    """Whether it was talked about, rather than mentioned, and is no more."""
    is_tagged = bool(tagged.intersection(key))
    burst = _burst(term)
    people = {said.lines[place].author for place in burst}
    is_name = 3 * term.large >= len(term.places) or (
        len(key) > 1 and 3 * term.placed >= 2 * len(term.places)
    )
    uses = _MIN_USES if is_tagged or len(key) > 1 else _MIN_USES_UNTAGGED
    rests = term.places[-1] < len(said.lines) - _LATELY_LINES
    usual = len(set(term.places)) > len(said.lines) // 4
    named = is_tagged or (is_name and 2 * term.placed >= len(term.places))
    return rests and not usual and named and len(burst) >= uses and len(people) >= _MIN_PEOPLE


def _burst(term: _Term) -> list[int]:
    """The places of the longest conversation about a term; of equals the newest."""
    places = list(dict.fromkeys(term.places))
    windows = [[each for each in places if 0 <= each - start < _BURST_LINES] for start in places]
    return max(windows, key=lambda each: (len(each), each[0]))


def _topic(said: Said, key: tuple[str, ...], term: _Term, tagged: frozenset[str]) -> Topic | None:
    quotes = _quotes(said, key, term)
    if quotes is None:
        return None
    name, newest = _spelling(term), max(term.places)
    told = [f"{said.lines[each.place].author} wrote: \u201c{each.text}\u201d" for each in quotes]
    places = [each.place for each in quotes]
    people = list(dict.fromkeys(said.lines[place].author for place in places))
    return Topic(
        why=f"{listed(people)} wrote about {name}{said.day(newest)}, and nobody has since.",
        evidence=said.numbers([*places, *_burst(term)]),
        confidence=_confidence(said, key, term, tagged),
        key=frozenset(key),
        title=_title(said, name, *quotes),
        text=f"{capitalised(name)} last came up{said.day(newest)}. {told[0]} {told[1]}"
        " What would you add today?",
    )


def _title(said: Said, name: str, first: _Quote, second: _Quote) -> str:
    """The term, with the rarest of what both quotes say about it: "lower leaves" for "lower"."""
    used = Counter(stem for each in said.stems for stem in set(each))
    shared = sorted(first.content & second.content, key=lambda each: (used[each], each))
    words = {stem(word.lower()): word.strip(".-") for word in _WORD.findall(second.text)}
    nouns = (words[each] for each in shared if each in words)
    with_it = next((each for each in nouns if not each.lower().endswith(_ENDINGS)), "")
    pairs = _pairs(second.text)
    both = pairs.keys() & _pairs(first.text).keys()
    with_it = next((pairs[each] for each in sorted(both) if stem(with_it.lower()) in each), with_it)
    title = f"{capitalised(name)} and {with_it}" if with_it else f"More about {name}"
    return title if len(title) <= MAX_TITLE_CHARS else name[:MAX_TITLE_CHARS]


def _pairs(text: str) -> dict[tuple[str, str], str]:
    """Each two words that stand side by side, of which one says something and none is empty, by
    their stems."""
    found = [word.strip(".-") for word in _WORD.findall(text)]
    pairs = {(stem(a.lower()), stem(b.lower())): f"{a} {b}" for a, b in pairwise(found)}
    return {
        key: words
        for key, words in pairs.items()
        if EMPTY.isdisjoint(key) and not GENERIC.issuperset(key) and words in text
    }


def _spelling(term: _Term) -> str:
    """As it is written most often; as a name if it often is."""
    usual = [spelling for spelling, _ in term.spellings.most_common()]
    if 3 * term.large >= len(term.places):
        return next((each for each in usual if any(map(str.isupper, each))), usual[0])
    return usual[0]


def _quotes(said: Said, key: tuple[str, ...], term: _Term) -> tuple[_Quote, _Quote] | None:
    """A sentence each of two people who say something about the term that belongs together, from
    the longest conversation about it; of all such the two that say most."""
    found = [
        _Quote(place, sentence, worth, frozenset(stems(sentence)) - GENERIC - set(key))
        for place in _burst(term)
        for sentence in map(without_greeting, sentences(said.texts[place]))
        if (worth := _worth(sentence, key))
    ]
    pairs = [pair for pair in combinations(found, 2) if _belong_together(said, *pair)]
    return max(
        pairs,
        key=lambda pair: (pair[0].worth + pair[1].worth, pair[0].place, pair[1].place),
        default=None,
    )


def _belong_together(said: Said, first: _Quote, second: _Quote) -> bool:
    """Whether two people say something about the same, and not both the same."""
    one, other = said.lines[first.place], said.lines[second.place]
    shared = first.content & second.content
    repeats = 2 * len(shared) >= len(first.content | second.content)
    asks_only = asks(first.text) and asks(second.text)
    if one.author == other.author or asks_only or repeats or not shared:
        return False
    speaks = one.author.lower() in said.addressed(second.place) or other.reply_to == one.n
    near = second.place - first.place <= _NEAR_LINES
    return speaks or near or len(shared) > 1


def _worth(sentence: str, key: tuple[str, ...]) -> float:
    """How much a sentence says; 0 if it may not be quoted, such as code and halves of brackets."""
    found = stems(sentence)
    size = len(sentence.split())
    plain = sum(letter.isalpha() or letter in " ,.'" for letter in sentence) / max(1, len(sentence))
    torn = (
        sentence.endswith((":", ","))
        or sentence.count("(") != sentence.count(")")
        or sentence.count('"') % 2
    )
    unfit = torn or plain < _MIN_PLAIN or is_harsh(sentence) or _PLACE_ON_A_NET.search(sentence)
    if size not in _QUOTE_WORDS or not set(key) <= set(found) or unfit:
        return 0.0
    content = len({each for each in found if each not in GENERIC})
    weak = asks(sentence) or _POINTS_BACK.match(sentence)
    return content / math.sqrt(size) * (_WEAK if weak else 1.0)


def _confidence(said: Said, key: tuple[str, ...], term: _Term, tagged: frozenset[str]) -> float:
    burst = _burst(term)
    people = {said.lines[place].author for place in burst}
    value = 0.4 + 0.08 * min(3, len(people) - 2) + 0.03 * min(5, len(burst) - 3)
    value += 0.12 if tagged.intersection(key) else 0.0
    value += 0.06 if len(key) > 1 or 2 * term.large >= len(term.places) else 0.0
    return round(min(0.9, value), 3)
