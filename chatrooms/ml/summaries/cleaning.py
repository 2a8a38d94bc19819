"""Taking out of a message what says nothing, without putting anything in.

Every rule deletes; none reorders or adds. What is left of a sentence is still its author's words in
its author's order.
"""

import re

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\s]{0,2000}\)")
_ADDRESS = re.compile(r"<?\b(?:https?://|www\.)\S+", re.IGNORECASE)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_STAGE_DIRECTION = re.compile(r"\[(?:laughter|inaudible|pause|interruption)\.?\]", re.IGNORECASE)
_FILLER = re.compile(
    r"(?<!\S)(?:u+m+|u+h+|uhm+|e+r+m|er|h+m+|m+|mm-hmm|uh-huh|mhm|huh|eh)(?=[\s,.!?;:]|$)[,.]?",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?<![^\s,])(?:you know|i mean|sort of|kind of|kinda)(?=[\s,.]|$)"
    r"(?! (?:what|how|why|who|where|that|if|it))",
    re.IGNORECASE,
)
# Not after these words: "not just" and "what I think" would change their meaning.
_EMPTY_WORDS = re.compile(
    r"(?<![^\s,])(?<!\bnot )(?<!n't )(?<!\bwhat )(?<!\bhow )(?<!\bthan )(?<!\bas )(?<!\bif )"
    r"(?<!\bno )"
    r"(?:i think(?: that)?|i guess|i suppose|just|really|actually|basically|obviously|literally"
    r"|certainly|quite|very|pretty much|or something(?: like that)?|and stuff|or whatever|and so on"
    r"|and things like that|at all|of course|for example|so to speak|in fact"
    r"|as well(?! as))(?=[\s,.]|$),?",
    re.IGNORECASE,
)
_RESTARTED = re.compile(
    r"(?<![\w'])(i|we|you|he|she|it|they|there|that)(?:'\w+)? (?=\1(?:'\w+)?(?![\w']))",
    re.IGNORECASE,
)
_LONE_LETTER = re.compile(r"(?<!\S)[b-hj-z](?!\S)")
_FALSE_START = re.compile(r"(?<![\w'])([a-z]{2,4}) (?=\1[a-z]+)")
_SHORT_WORDS = (
    "am an and are as at be been but by can do for had has have he her his how if in into is it its"
    " let may me my new no not now of off on one or our out over own per red run set she so some"
    " test the then they this to too two under up us use user very was we what when who why will"
    " with you"
)
_WHOLE_SHORT_WORDS = frozenset(_SHORT_WORDS.split())
_OPENING = re.compile(
    r"^(?:(?:okay|ok|'?kay|yeah|yep|yes|all right|alright|right|well|so|and|but|anyway|actually"
    r"|basically|also|then|oh|ah|hi|hello|hey|good (?:morning|afternoon|evening)|thanks"
    r"|thank you very much|thank you|sorry|please|cool|great|lol|haha+|now|like i said|like"
    r"|i (?:think|guess|mean|suppose|would say)(?: that)?|i'd say(?: that)?|as i said)"
    r"\b(?![-'])[\s,.!:;]*)+",
    re.IGNORECASE,
)
_CALLED = re.compile(r"^(?:@[\w.-]+[\s,:]*)+")
_NAMED = re.compile(r"([^,:]{1,40})[,:]\s+")
_BEGINNERS = "a an the and or but so to of with if because whether that i we"
_LEFT_HANGING = frozenset(_BEGINNERS.split())
_EDGES = " ,;:-\u2013\u2014"
_SPACE = re.compile(r"\s+")
_SPACE_BEFORE_MARK = re.compile(r" ([,.;!?])")
_DOUBLED_MARK = re.compile(r"([,;])(?: ?[,;.])+")
_LONGEST_REPEAT_WORDS = 4


def without_markup(text: str) -> str:
    """The text without code blocks, quoted lines, addresses and stage directions; links keep their
    words.
    """
    text = _QUOTED_LINE.sub(" ", _CODE.sub(" ", text))
    text = _MARKDOWN_LINK.sub(r"\1", text)
    return _STAGE_DIRECTION.sub(" ", _ADDRESS.sub(" ", text))


def fluent(line: str) -> str:
    """The line without fillers ("um", "really"), repeated words, restarts ("I I've") and broken-off
    words.
    """
    line = _FILLER.sub(" ", _SPACE.sub(" ", line))
    line = _LONE_LETTER.sub(" ", _ASIDE.sub(" ", line))
    line = _tidy(_EMPTY_WORDS.sub(" ", _once(_tidy(line))))
    line = _RESTARTED.sub("", _FALSE_START.sub(_unless_a_word, line))
    return _tidy(_once(line))


def compressed(sentence: str, names: frozenset[str] = frozenset()) -> str:
    """The sentence without greeting, vocative, opening filler or words left hanging at its end.

    Args:
        names: of the authors, in lower case; one of them followed by a comma or colon at the
            beginning is a vocative.
    """
    before = None
    while before != sentence:
        before = sentence
        sentence = _OPENING.sub("", _CALLED.sub("", sentence))
        named = _NAMED.match(sentence)
        if named and named[1].lower() in names:
            sentence = sentence[named.end() :]
    words = sentence.strip(_EDGES).split(" ")
    while words and words[-1].lower().strip(",") in _LEFT_HANGING:
        words.pop()
    return " ".join(words).strip(_EDGES)


def _once(line: str) -> str:
    """Up to four words said twice in a row are said once; figures stay as they are."""
    words = line.split(" ")
    for length in range(_LONGEST_REPEAT_WORDS, 0, -1):
        kept: list[str] = []
        for word in words:
            kept.append(word)
            again, first = kept[-length:], kept[-2 * length : -length]
            if _bare(again) == _bare(first) and not any(map(str.isdigit, "".join(again))):
                kept[-2 * length :] = again
        words = kept
    return " ".join(words)


def _bare(words: list[str]) -> list[str]:
    return [word.lower().rstrip(",") for word in words]


def _unless_a_word(found: re.Match[str]) -> str:
    return found[0] if found[1] in _WHOLE_SHORT_WORDS else ""


def _tidy(line: str) -> str:
    line = _SPACE_BEFORE_MARK.sub(r"\1", _SPACE.sub(" ", line))
    return _DOUBLED_MARK.sub(r"\1", line).strip(" ,;")
