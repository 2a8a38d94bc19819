"""Messages read as sentences that may be quoted, without marks, addresses and who is called."""

import re
from collections.abc import Collection

from chatrooms.ml.ideas.common import GENERIC
from chatrooms.ml.retrieve.wording import stem
from chatrooms.ml.summaries.cleaning import without_markup

_MAX_CHARS = 2_000
_BOT = re.compile(r"(?:^|[-_.])(?:assistant|agent|bot)(?:$|[-_.\d])|bot\d*_*$|bot-\w+$", re.I)
_TO_BOT = re.compile(
    r"^\s*[!/]\w|(?:^|\W)@?(?:assistant|agent|bot|chatbot)[,:!]"
    r"|@(?:assistant|agent)[\w-]*|@[\w-]*bot\b"
    r"|\b(?:dear|hey|hi|hello|ok|please|the|this) (?:assistant|agent|bot|ai|model)\b"
    r"|\b(?:ignore|disregard|forget) (?:all |your |any )*(?:previous |earlier )?(?:instruction"
    r"|rule)"
    r"|^\W*(?:please )?(?:post|make|create|start|generate|open) (?:a|another|the) "
    r"(?:poll|thread|topic|vote)\b",
    re.I,
)
_CALLED = re.compile(r"^(?:@[\w.-]+[\s,:;.!-]*)+")
_MENTIONED = re.compile(r"(?<!\w)@([\w-]+)")
_NAMED = re.compile(r"^([\w\-\[\]|`^{}]{2,30})\s*[:,;]\s*")
_CALLED_UNKNOWN = re.compile(
    r"^(?!(?:question|edit|update|note|btw|ps|hint|problem|error|warning|also|fyi|so|idea|poll|q"
    r"|re)\b)"
    r"(?P<name>[A-Za-z][\w\-\[\]|`^{}]{2,30}):\s+(?=\w)",
    re.I,
)
"""A person who is called in the way of a name and a colon, in the room or not."""
_HELLO = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|yo|howdy|good (?:morning|evening|afternoon)|greetings|sorry|ok|okay"
    r"|well|so|and|but|btw|also|anyway|hmm+|um+|oh|ah|please)\b(?!-)"
    r"(?:\s+(?:all|guys|everyone|everybody|folks|there|people|again|y'all|friends))?[\s,.!:;-]*)+",
    re.I,
)
_ASKS_ON = re.compile(
    r"(?:is|are|do|does|did|can|could|would|will|should|have|has|what|how|why|where|when|which|who"
    r"|any)\b",
    re.I,
)
_EMOJI_NAME = re.compile(r"(?<!\w):[a-z0-9_+-]{2,30}:(?!\w)")
_SMILEY = re.compile(r"(?:(?<=\s)|^)[:;=]['-]?[()DPpOo/\\|](?=\s|$)")
_SIGNS = re.compile(r"[*_`~#|<>]+(?=\S)|(?<=\S)[*_`~|<>]+|(?<!\S)[*_`~#|<>]+(?!\S)")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"(?:(?<=[.!?\u2026])|(?<=[.!?][\"')]))\s+|\n+")
_ASKED = re.compile(
    r"\?[?!]*[)\"']?$|^(?:so |and |then )?(?:should|shall) (?:we|i|it)\b.*[^.!\u2026]$", re.I
)
_HARSH = re.compile(
    r"\b(?:f+u+c+k\w*|shit\w*|bitch\w*|bastard\w*|cunt\w*|dick(?:head)?|asshole\w*|ass|crap\w*"
    r"|idiot\w*"
    r"|stupid\w*|moron\w*|dumb\w*|retard\w*|fag\w*|arrogant|annoying|loser|pathetic|shut up|wtf"
    r"|stfu"
    r"|hate (?:you|him|her|them)|damn\w*|suck(?:s|ed)?|kill (?:you|him|her|them)\w*)\b",
    re.I,
)
_LETTER = re.compile(r"[^\W\d_]")


def is_harsh(text: str) -> bool:
    """Whether a text swears or runs somebody down, so that it is better not repeated."""
    return bool(_HARSH.search(text))


def is_automatic(author: str, text: str) -> bool:
    """Whether a bot wrote it, or somebody wrote it to one: neither is something people said."""
    return bool(_BOT.search(author) or _TO_BOT.search(text))


def spoken(text: str, names: Collection[str] = ()) -> str:
    """What a message says in lines: without code, quoted lines, addresses, signs of Markdown,
    emoji and the person whom it calls first; `names` are those of the room in lower case."""
    text = _EMOJI_NAME.sub(" ", without_markup(text[:_MAX_CHARS]))
    lines = (_line(line, names) for line in text.splitlines())
    return "\n".join(line for line in lines if _LETTER.search(line))


def _line(line: str, names: Collection[str]) -> str:
    line = _SPACE.sub(" ", _SMILEY.sub(" ", _SIGNS.sub("", line))).strip()
    before = None
    while before != line:
        before = line
        line = _CALLED.sub("", line)
        named = _NAMED.match(line)
        if named and named[1].lower() in names:
            line = line[named.end() :]
        line = _CALLED_UNKNOWN.sub("", line)
        if _begins_with_name(line, names):
            line = line.split(" ", 1)[1]
    return line.strip()


def _begins_with_name(text: str, names: Collection[str]) -> bool:
    """Whether a question begins with somebody's name that is no usual word, without a comma."""
    first, _, rest = text.partition(" ")
    is_name = first.lower() in names and stem(first.lower()) not in GENERIC
    return is_name and bool(_ASKS_ON.match(rest)) and "?" in rest


def called(text: str, names: Collection[str]) -> list[str]:
    """Those whom a message calls by name, in lower case."""
    named = _NAMED.match(text)
    unknown = _CALLED_UNKNOWN.match(text)
    found = [named[1]] if named and named[1].lower() in names else []
    found += [unknown["name"]] if unknown else []
    found += [text.split()[0]] if _begins_with_name(text, names) else []
    return [each.lower() for each in [*found, *_MENTIONED.findall(text)]]


def sentences(text: str) -> list[str]:
    """The sentences of what `spoken` gives."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def asks(sentence: str) -> bool:
    """Whether a sentence ends as a question."""
    return bool(_ASKED.search(sentence))


def without_greeting(sentence: str) -> str:
    """The sentence from its first word that says something."""
    return _HELLO.sub("", sentence).strip()


def capitalised(sentence: str) -> str:
    """The sentence with a large first letter, unless the word is spelled its own way (`iPhone`)."""
    first = sentence.split(" ", 1)[0]
    return sentence if any(map(str.isupper, first[1:])) else sentence[:1].upper() + sentence[1:]


def shortened(text: str, max_words: int, max_chars: int = 240) -> str:
    """The beginning of a text in whole words."""
    words = text.split()
    kept = words[:max_words]
    while kept and len(" ".join(kept)) > max_chars:
        kept.pop()
    if len(kept) == len(words):
        return " ".join(words)
    return " ".join(kept).rstrip(" ,;:-.") + "\u2026"
