"""The sentences of a room that offer a choice or weigh two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from chatrooms.ml.ideas.choices import choices_asked, choices_preferred
from chatrooms.ml.ideas.clauses import asks, is_harsh, sentences, without_greeting
from chatrooms.ml.ideas.room import Said

_OPINION: Final = re.compile(
    r"\b(?:should|shall|prefer\w*|better|best|recommend\w*|suggest\w*|favou?rite|rather|vote|choose"
    r"|pick|decide|opinions?|thoughts|vs|versus|which|who (?:wants|votes|prefers|is for)"
    r"|what about|how about|worth|go with|ideal"
    r"|do (?:you guys|you all|people|y'all|you folks) (?:want|like|use|prefer|think)"
    r"|(?:do|will|would) we (?!have|know|get|see|need to know))\b",
    re.I,
)
_FACT: Final = re.compile(
    r"^(?:(?:so|and|but|or|then|ok|wait)\s+)*(?:do|did|does|are|is|was|were|have|has|had|can|could"
    r"|will|would|am)\b(?! (?:we (?!have|know|get|see)|you guys|you all|people|y'all|you folks"
    r"|you (?:rather|prefer|think)))"
    r"|\b(?:does anyone|anyone know|do you know|is it possible|are you|did you|do you have|have you"
    r"|how (?:do|can|to|would)|where (?:do|can|is)|why|says?|said)\b",
    re.I,
)
TOGETHER: Final = re.compile(
    r"\b(?:we|our|us|people|everyone|everybody|all|guys|folks|anyone|anybody)\b", re.I
)
_BARE_WORDS: Final = 10
_CLAUSE: Final = re.compile(
    r"\b(?:i|you|he|she|it|they|is|are|was|were|do|does|did|can|will|has|have|what|how)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence with choices in it."""

    place: int
    sentence: str
    choices: tuple[str, ...]
    is_question: bool
    is_bare: bool = False
    """It is nothing but the choices."""


def questions_of_choice(said: Said) -> list[Found]:
    """What is asked or stated about a choice, in the order of the room."""
    found: list[Found] = []
    for place, text in enumerate(said.texts):
        before = ""
        for sentence in map(without_greeting, sentences(text)):
            choices = choices_asked(sentence) if asks(sentence) else choices_preferred(sentence)
            one = Found(place, sentence, choices, asks(sentence))
            if is_harsh(sentence):
                choices = ()
            elif choices and one.is_question:
                one = _judged(said, one, before)
            if choices and one:
                found.append(one)
            before = sentence
    return found


def _judged(said: Said, found: Found, before: str) -> Found | None:
    """The question if people can differ about it, which they cannot about a fact, and if it is not
    one that somebody else is to answer alone."""
    together = f"{before} {found.sentence}" if asks(before) else found.sentence
    is_opinion = bool(_OPINION.search(together)) and not _FACT.search(together)
    bare = _is_bare(found.sentence, found.choices)
    if _FACT.search(together) or not (is_opinion or bare):
        return None
    if said.addressed(found.place) and not TOGETHER.search(together):
        return None
    if bare and (not asks(before) or not _OPINION.search(before)):
        return replace(found, is_bare=True)
    return found if _OPINION.search(found.sentence) else replace(found, sentence=together)


def _is_bare(sentence: str, choices: Sequence[str]) -> bool:
    """Whether a question begins with its choices and has no verb: `tabs or spaces in Python?`."""
    begins = bool(choices) and sentence.lower().startswith(choices[0].lower())
    return begins and len(sentence.split()) <= _BARE_WORDS and not _CLAUSE.search(sentence)
