"""Reading the choices out of a sentence of choice: `Postgres or MySQL`, `A rather than B`."""

import re
from collections.abc import Sequence
from typing import Final

from chatrooms.ml.wordlist import words

MAX_CHOICE_CHARS = 80
MAX_CHOICES = 6
BOUNDARY: Final = frozenset(
    words("""
    a an the i you we he she it they them us me my your our his her its their this that these
    those who whom
    what which when where why how whether if then than as so because since although though while
    am is are was were be been being do does did done doing have has had having can could will would
    should shall may might must ought need needs wanna gonna let's lets it's that's i'm we're you're
    i'd you'd we'd i'll we'll don't doesn't isn't aren't can't won't shouldn't
    to of in on at for from by with without into onto over under about between after before during
    and or but not nor either both rather instead vs versus than like via per
    use using used uses prefer prefers preferred choose choosing pick pick picking take taking get
    getting buy buying install installing run running learn learning try trying want wants wanted
    go going start starting recommend recommends suggest suggests say think mean know meet meeting
    switch switching move moving keep keeping have call read reading play playing watch order
    support have make making do stick build building write writing see consider considering
    better best worse good bad easier faster simpler more most less least option options choice
    please just maybe perhaps also still even only really actually usually generally always never
    now today yet already here there currently first guys folks people everyone all any some anyone
    """)
)
VAGUE: Final = frozenset(
    words("""
    something someone somewhere somehow anything anyone anywhere everything nothing none no yes not
    else other others another similar whatever whichever more less so both later never maybe one
    ones two what it this that these those them better worse same either neither stuff things thing
    way ways kind sort etc so right wrong still just any some lol idk what's who me you him
    her us they i we sth smth such elsewhere vice visa another different much many alike
    """)
)
_VERBS: Final = frozenset(
    words("""
    use go write keep switch move wait stay do buy get make build install run add try meet start
    stop leave drop merge split ship release rewrite upgrade postpone cancel skip host rent sell fix
    order cook bake walk drive fly plant paint read watch play hire pay join wait extend replace
    reuse delete remove
    """)
)
_PHRASE_WORDS: Final = 8
"""The longest choice, where each begins with a verb."""
_PHRASE_EDGE: Final = frozenset(words("either even maybe just rather simply"))
_EDGE_WORDS: Final = frozenset(words("a an the either even maybe just rather simply using use"))
_PREPOSITIONS: Final = frozenset(words("for to in on at of with from about by"))
"""What ends with one and a name, before a comma, is no choice: `for beginners, Flask or Django`."""
_ARTICLES: Final = (["a"], ["an"], ["the"])
_TAIL: Final = re.compile(
    r"\s+(?:for|in|on|at|to|with|when|because|if|instead|then|as|is|are|was|would|will|should|can|do"
    r"|does|from|by|since|but|and|that|which|these|nowadays|tonight|tomorrow|later|though|please"
    r"|guys|right now|first|today|anyway|here|there|now|so|it|i|you|we|by default|lately|while"
    r"|where|who|has|have|had|works?|seems?|better|best|pls|thx|thanks|myself|yourself)\b.*$",
    re.I,
)
_VERB_TAIL: Final = re.compile(
    r"\s+(?:when|because|if|instead|then|since|but|though|please|guys|right now|anyway)\b.*$", re.I
)
_SUBJECT: Final = re.compile(
    r"\b(?:should|shall|can|could|do|would|better|rather|prefer|want|we|us|i|you|to)\s+"
    r"(?:we|i|you|they|people|just|either|rather|to|all|also|now)?\s*(?=\w)",
    re.I,
)
_BEFORE_VERB: Final = re.compile(
    r"^(?:should|shall)\s+(?:we|i|you)\s+|^(?:just|rather|do we)\s+", re.I
)
_OR: Final = re.compile(r"\s*,?\s+or\s+(?:else\s+)?|\s+(?:vs\.?|versus)\s+", re.I)
_AGAIN: Final = re.compile(
    r"(\b(on|in|at|by|with|from|to|for|before|after)\s[^,.;?!]{2,40}?\s*,?\s+or\s+)\2\s", re.I
)
"""A word said before each choice: `on Friday or on Saturday`."""
_LEAD: Final = re.compile(r"^.*(?::|\?|\s-|\u2014|\u2013|\bbetween)\s+", re.S)
_JOINER: Final = "\u2060"
_JUNK: Final = re.compile(rf"[^\w\s.+#'&/%$\u20ac:{_JOINER}-]")
_LETTERED: Final = re.compile(
    r"\b(option|plan|variant|version|proposal|choice) ([A-Z]|\d{1,2})\b", re.I
)
"""Names such as `option B`: one word to all that follows."""
_PREFERRED: Final = re.compile(
    r"\b(?:(?:prefer(?:red|s)?)\s+(?P<a>[^,.;?!]{2,60}?)\s+(?:over|instead of|rather than|to|than)"
    r"|(?:choose|pick|favou?r|go with|vote for|rather (?:use|have|take|go with|see))\s+"
    r"(?P<c>[^,.;?!]{2,60}?)\s+(?:over|instead of|rather than|than))\s+(?P<b>[^,.;?!]{2,60})",
    re.I,
)
_BETTER: Final = re.compile(
    r"(?P<a>[^,.;?!]{2,60}?)\s+(?:is|are|was|were|seems|feels|works|would be|looks)\s+"
    r"(?:a\s+)?(?:much|far|way|a lot|so much|definitely|probably|still|even|always)?\s*"
    r"(?:way )?(?:better|easier|nicer|simpler|cleaner|faster|superior|more \w+|cheaper|safer)\s+"
    r"(?:\w+\s+)?than\s+(?P<b>[^,.;?!]{2,60})",
    re.I,
)


def choices_asked(sentence: str) -> tuple[str, ...]:
    """The choices that a question offers with "or" or "vs": two to six, or none at all.

    None is given where one of them cannot be told, or is no more than "something else".
    """
    sentence = _AGAIN.sub(r"\1", _joined(sentence.rstrip(" ?!.)\"'")))
    parts = _OR.split(sentence)
    if not 2 <= len(parts) <= MAX_CHOICES:
        return ()
    first, *middle, last = parts
    if _starts_with_verb(last) and (head := _verb_phrase(first)):
        return _checked([head, *middle, _VERB_TAIL.sub("", last)], max_words=_PHRASE_WORDS)
    head, *more = _listed_before(first)
    if not head:
        return ()
    return _checked([head, *more, *middle, _noun(last)], max_words=4)


def choices_preferred(sentence: str) -> tuple[str, ...]:
    """The two that a statement weighs: "I prefer A over B", "A is better than B"; or none."""
    for pattern in (_PREFERRED, _BETTER):
        if found := pattern.search(_joined(sentence)):
            left = (found.groupdict().get("c") or found["a"]).strip()
            left = " ".join(_last_noun(left)) if pattern is _BETTER else _noun(left)
            return _checked([left, _noun(found["b"])], max_words=3)
    return ()


def choice_at(text: str) -> str:
    """The thing that a text begins with, such as what follows "what about"; or nothing."""
    found = _checked([_noun(text), "-"], max_words=3, needed=1)
    return found[0] if found else ""


def _joined(sentence: str) -> str:
    return _LETTERED.sub(rf"\1{_JOINER}\2", sentence)


def _starts_with_verb(part: str) -> bool:
    first = _BEFORE_VERB.sub("", part)
    return first.split(" ", 1)[0].lower() in _VERBS and " " in first


def _verb_phrase(part: str) -> str:
    ends = [found.end() for found in _SUBJECT.finditer(part)]
    phrase = part[ends[-1] :].strip() if ends else ""
    return phrase if phrase.split(" ", 1)[0].lower() in _VERBS else ""


def _listed_before(part: str) -> list[str]:
    """The choices before the first "or": the last things of a list."""
    part = _LEAD.sub("", part)
    *before, last = re.split(r"\s*,\s*", part)
    found = [" ".join(_last_noun(last))]
    if not found[0] or not _is_whole(last):
        return found
    for item in reversed(before):
        noun = _last_noun(item)
        if not noun or len(found) >= MAX_CHOICES:
            break
        if not _is_whole(item):
            before_it = item.split()[: -len(noun)]
            if not _PREPOSITIONS.intersection(map(str.lower, before_it[-2:])):
                found.insert(0, " ".join(noun))
            break
        found.insert(0, " ".join(noun))
    return found


def _is_whole(item: str) -> bool:
    """Whether an item of a list is nothing but a thing, so that the list may go on before it."""
    return len(_last_noun(item)) == len(item.split()) - (item.split()[:1] in _ARTICLES)


def _last_noun(part: str) -> list[str]:
    """The words at the end that belong together, back to one that does not belong to a name."""
    noun: list[str] = []
    for word in reversed(part.split()):
        if word.lower().strip(",:;()\"'") in BOUNDARY or word[-1:] in ",:;)":
            break
        noun.insert(0, word)
    while noun and noun[0].lower() in _EDGE_WORDS:
        noun.pop(0)
    return noun


def _noun(part: str) -> str:
    part = re.split(r"[,;:(\u2014]\s|\s-\s", part.strip(), maxsplit=1)[0]
    return _TAIL.sub("", part)


def _checked(parts: Sequence[str], *, max_words: int, needed: int = 2) -> tuple[str, ...]:
    """The choices without what stands around them, if each is one."""
    found: dict[str, str] = {}
    for part in parts:
        tokens = _JUNK.sub(" ", part).strip(" .:'-/&").split()
        edge = _EDGE_WORDS if max_words < _PHRASE_WORDS else _PHRASE_EDGE
        while len(tokens) > 1 and tokens[0].lower() in edge:
            tokens.pop(0)
        choice = " ".join(tokens).replace(_JOINER, " ")
        if not _is_choice(tokens, max_words) or len(choice) > MAX_CHOICE_CHARS:
            if needed == 1:
                continue
            return ()
        found.setdefault(choice.lower(), choice)
    lengths = [len(each.split()) for each in found]
    uneven = bool(lengths) and max_words < _PHRASE_WORDS and max(lengths) - min(lengths) > 2
    return tuple(found.values()) if needed <= len(found) <= MAX_CHOICES and not uneven else ()


def _is_choice(tokens: Sequence[str], max_words: int) -> bool:
    lowered = [token.lower() for token in tokens]
    if not tokens or len(tokens) > max_words or not any(map(str.isalnum, "".join(tokens))):
        return False
    if max_words >= _PHRASE_WORDS:
        return not VAGUE.intersection(lowered[:2])
    return not VAGUE.intersection(lowered) and not BOUNDARY.intersection(lowered)
