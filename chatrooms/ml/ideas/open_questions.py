"""Questions to everybody that nobody has answered, for a thread."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from chatrooms.ml.ideas.clauses import asks, is_harsh, sentences, without_greeting
from chatrooms.ml.ideas.common import GENERIC
from chatrooms.ml.ideas.opener import Quote, opener_text
from chatrooms.ml.ideas.room import Opener, Room, Said
from chatrooms.ml.ideas.similar import Similar
from chatrooms.ml.retrieve.wording import content_stems

_MIN_WORDS: Final = 6
_MAX_WORDS: Final = 45
_MIN_CONTENT: Final = 2
_MAX_RELATED: Final = 3
_MIN_SHARED: Final = 2
_RELATED: Final = 0.2
"""Cosine from which a message is about the same."""
_ANSWERS: Final = 0.12
"""Cosine from which a later message by somebody else counts as an answer: rather one question
too few than one that was answered."""
_REACH: Final = 40
_NEXT_MINUTES: Final = 720
_NEXT: Final = 3
_EMPTY_QUESTION: Final = re.compile(
    r"\b(?:anyone|anybody|somebody|someone|people) (?:here|there|around|alive|awake|online|home"
    r"|in here"
    r"|active)\W*$|\b(?:can|could|may|mind if|is it ok(?:ay)? (?:if|to)) (?:i|we)? ?ask\b"
    r"|\b(?:can|could|will|would) (?:any ?one|any ?body|some ?one|some ?body|you|u)(?: guys)?"
    r"(?: please| pls)? (?:help|assist)(?: me)?(?: out)?(?: please| here| pls| with (?:this|that"
    r"|it))?\W*$"
    r"|\b(?:any ?one|any ?body) (?:wanna|want to|up for|care to|got a (?:sec|minute)|free"
    r"|have time)\b"
    r"|\b(?:can|could|will|would) (?:any ?one|any ?body|some ?one|some ?body) (?:please |pls )?"
    r"(?:test|check|look at|review|send|join|ping|see|hear|confirm)\b"
    r"|\bwho(?:'s| is) (?:here|there|around|coming|up|going)\b|\bhow (?:are|r) (?:you|u)\b"
    r"|\b(?:anything|anybody|anyone|something|what) else\b|\bmaybe (?:someone|somebody|anyone)\b"
    r"|\bwhat'?s (?:up|new|going on)\b|\bam i (?:the only|alone)\b|\bany (?:ideas?|thoughts?"
    r"|help|clue"
    r"|suggestions?|tips?)\W*$",
    re.I,
)
_RHETORICAL: Final = re.compile(
    r"^\W*(?:why not|who cares|really|seriously|right|isn't|aren't|wasn't|doesn't|don't you|won't"
    r"|wouldn't|you (?:know|mean|sure|see)|guess|remember|what (?:the|if i)|who (?:knows|would)"
    r"|how (?:dare|cool|nice|hard)|or|and|like|such as|what about|how about|which one|meaning|no"
    r"|yes|lol|wtf|huh)\b|\b(?:right|no|yes|huh|eh|isn'?t it|correct|ok|okay|you know|lol|haha"
    r"|innit"
    r"|don'?t you|is it|y\/n)\s*\?+$|\b(?:rhetorical|just kidding|wtf|such an? \w+|have to be so"
    r"|the (?:hell|fuck|heck))\b",
    re.I,
)
_AIMED: Final = re.compile(
    r"\b(?:you|your|u|ur|yours|he|she|his|her)\b(?! (?:guys|all|folks|people|can|get|could"
    r"|have to|need))",
    re.I,
)
_TO_ALL: Final = re.compile(
    r"\b(?:any ?one|any ?body|some ?one|some ?body|every ?one|every ?body|you (?:guys|all|folks"
    r"|people)"
    r"|y'?all|does any|has any|we|folks|who|people)\b",
    re.I,
)
_ASKING: Final = re.compile(
    r"(?:^|,\s*|\.\.+\s*|\b(?:but|and|so) )(?:how|what|why|where|when|which|who|is|are|does|do"
    r"|did|can|could"
    r"|should|will|would|has|have|any|anyone|anybody|in which|for which|by which|to what)\b"
    r"|\b(?:can|could|should|would|do|does|will) (?:i|we|one|anyone|anybody|someone|somebody)\b"
    r"|\b(?:any ?one|any ?body|some ?one|some ?body|who) (?:here )?(?:know|knows|tried|used"
    r"|using|has|have|got)\b"
    r"|\bis (?:there|it possible)\b",
    re.I,
)
_POINTS: Final = re.compile(r"\b(?:this|that|it|these|those|they|them|there|here|one)\b", re.I)
_BACK_ONLY: Final = re.compile(
    r"^(?:is|was|does|did|do|can|could|will|would|has|should|are|were|why|how|what|where|when)"
    r"(?: (?:is|was|does|did|do|are|would|can))? (?:that|it|this|they|those|these|he|she)\b",
    re.I,
)
_BACK_WITH: Final = re.compile(
    r"\b(?:with|about|of|for|in|on|to) (?:that|this|these|those|it|them)\b", re.I
)
_BACK_FIRST: Final = re.compile(r"(?:that|this|it|these|those|they|he|she)\b", re.I)
_SETTLED: Final = re.compile(
    r"\b(?:never ?mind|nvm|found it|figured (?:it )?out|got it|solved|fixed|works now|working now"
    r"|thanks|thank you|thx|ty|cheers|it worked|that (?:worked|did it|helps)|makes sense)\b",
    re.I,
)
_SMALL: Final = re.compile(
    r"^\W*(?:hi|hello|hey|lol|haha|bye|good (?:morning|night)|welcome|brb|gtg|thanks"
    r"|:\w+:)\b[^?]{0,25}$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Question:
    place: int
    text: str
    """The question as it may be quoted, with what stands before it where it points there."""


def find_openers(room: Room) -> list[Opener]:
    """Openers of threads about unanswered questions, best first.

    A question counts as answered if there is a reply or a thread under it, if somebody else
    speaks to its author or about the same after it, or if its author says that it is settled.
    """
    said = Said(room.lines)
    similar = Similar(said.stems)
    openers = [
        opener
        for question in _questions(said)
        if not _is_answered(said, similar, question)
        and (opener := _opener(said, similar, question, room))
    ]
    return sorted(openers, key=lambda each: (-each.confidence, -max(each.evidence)))


def _questions(said: Said) -> list[_Question]:
    found: list[_Question] = []
    for place, text in enumerate(said.texts):
        parts = [without_greeting(part) for part in sentences(text)]
        for at, sentence in enumerate(parts):
            if asks(sentence) and (question := _understandable(said, place, sentence, parts[:at])):
                found.append(_Question(place, question))
                break
    return found


def _understandable(said: Said, place: int, sentence: str, before: list[str]) -> str | None:
    """The question as somebody understands it who did not follow, or None."""
    unfit = _EMPTY_QUESTION.search(sentence) or _RHETORICAL.search(sentence) or is_harsh(sentence)
    if said.addressed(place) or unfit:
        return None
    if (_AIMED.search(sentence) and not _TO_ALL.search(sentence)) or not _ASKING.search(sentence):
        return None
    is_part = bool(_POINTS.search(sentence)) or len(_content(sentence)) <= _MIN_CONTENT
    context = " ".join([*before, sentence])
    if is_part and before:
        if len(context.split()) > _MAX_WORDS:
            return None
        sentence = context
    elif _BACK_ONLY.search(sentence) or _BACK_WITH.search(sentence):
        return None
    enough = _MIN_WORDS <= len(sentence.split()) <= _MAX_WORDS and not _BACK_FIRST.match(sentence)
    return sentence if enough and len(_content(sentence)) >= _MIN_CONTENT else None


def _content(sentence: str) -> set[str]:
    """The stems that say what is asked about."""
    known = content_stems(sentence)
    return {each for each in known if each not in GENERIC and not each.isdigit() and len(each) > 1}


def _is_answered(said: Said, similar: Similar, question: _Question) -> bool:
    asked = said.lines[question.place]
    if asked.reply_to is not None:
        return True
    for place in range(question.place + 1, len(said.lines)):
        line = said.lines[place]
        if line.author == asked.author:
            if _SETTLED.search(said.texts[place]) and place - question.place <= _REACH:
                return True
            continue
        if asked.n in (line.reply_to, line.thread):
            return True
        if place - question.place <= _REACH and _speaks_to(said, place, question):
            return True
        if similar.between(question.place, place) >= _ANSWERS:
            return True
    return False


def _speaks_to(said: Said, place: int, question: _Question) -> bool:
    """Whether a later line is for the one who asked: by name, or as what is said next."""
    asked, line = said.lines[question.place], said.lines[place]
    addressed = said.addressed(place)
    if asked.author.lower() in addressed:
        return True
    between = {said.lines[each].author for each in range(question.place + 1, place)}
    is_next = place - question.place <= _NEXT and not between - {asked.author, line.author}
    minutes = said.minutes_between(question.place, place)
    soon = minutes is None or minutes <= _NEXT_MINUTES
    return is_next and soon and not addressed and not _SMALL.match(said.texts[place])


def _opener(said: Said, similar: Similar, question: _Question, room: Room) -> Opener | None:
    asked = said.lines[question.place]
    related = _related(said, similar, question)
    text = opener_text(
        Quote(asked.author, question.text, said.day(question.place)),
        [Quote(said.lines[place].author, text) for place, text in related.items()],
    )
    if text is None:
        return None
    return Opener(
        why=f"{asked.author} asked this{said.day(question.place)}, and no answer was found.",
        evidence=said.numbers([question.place, *related]),
        confidence=_confidence(said, similar, question, related, room),
        key=frozenset(_content(question.text)),
        text=text,
    )


def _related(said: Said, similar: Similar, question: _Question) -> dict[int, str]:
    """What others say about the same, a sentence each, by line, nearest first."""
    authors = {said.lines[question.place].author}
    found: dict[int, str] = {}
    near = similar.to(question.place)
    for place in map(int, np.argsort(-near, kind="stable")):
        if near[place] < _RELATED or len(found) == _MAX_RELATED:
            break
        quote = _about_the_same(said.texts[place], _content(question.text))
        if quote and said.lines[place].author not in authors:
            authors.add(said.lines[place].author)
            found[place] = quote
    return found


def _about_the_same(text: str, content: set[str]) -> str:
    """The sentence of a message that shares most with a question and states something, if any."""
    stated = [
        sentence
        for sentence in map(without_greeting, sentences(text))
        if not asks(sentence) and not is_harsh(sentence) and len(sentence.split()) >= _MIN_WORDS
    ]
    shared = [len(content & _content(sentence)) for sentence in stated]
    best = max(shared, default=0)
    return stated[shared.index(best)] if best >= _MIN_SHARED else ""


def _confidence(
    said: Said, similar: Similar, question: _Question, related: dict[int, str], room: Room
) -> float:
    content = _content(question.text)
    on_topic = len(content & room.about())
    used = similar.used_by_others(content, said, question.place)
    age = 1 - (question.place + 1) / len(said.lines)
    value = 0.45 + 0.1 * min(2, on_topic) + 0.08 * len(related) + 0.1 * used
    value -= 0.08 if len(content) <= _MIN_CONTENT else 0.0
    value += 0.08 if _TO_ALL.search(question.text) else 0.0
    value -= 0.2 * age + (0.1 if _AIMED.search(question.text) else 0.0)
    return round(min(0.95, max(0.05, value)), 3)
