"""The words of a text as retrieval compares them."""

import re

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

_WORD = re.compile(r"[a-z0-9]+(?:[.'+#_-][a-z0-9]+)*")
_ENDINGS = ("'s", "ies", "ing", "ed", "es", "s", "ly", "e")
_ADDRESS = re.compile(r"https?://\S+")
_ASKING = re.compile(
    r"(?:\S+[:,]\s*|@\S+\s*)?(?:(?:so|and|but|ok|hey|hi|hello)\s+)*"
    r"(?:how|what|why|who|where|when|which|is|are|do|does|did|can|could|should|would|will|has|have"
    r"|any|anyone|am)\b",
    re.IGNORECASE,
)


def stem(word: str) -> str:
    """The word without its ending, roughly: `linking`, `linked` and `links` become one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


_EMPTY = ENGLISH_STOP_WORDS | {"do", "does", "doing", "did"}
_FORMS = ("es", "ed", "ing")
"""Before these an `e` may have been dropped."""


def is_empty(word: str) -> bool:
    """Whether a word, in lower case, says nothing by itself, nor does what it is a form of: `moved`
    does not, for `move` does not. `noon` does, although the stem of `noone` is the same."""
    base = stem(word)
    is_form = word.endswith(_FORMS) and f"{base}e" in _EMPTY
    return word in _EMPTY or base in _EMPTY or is_form


def stems(text: str) -> list[str]:
    """The stems of all words in their order, names with dots and signs kept whole."""
    return [stem(word) for word in _WORD.findall(text.lower())]


def content_words(question: str) -> dict[str, str]:
    """The words that say what is asked about, by stem: of those with the same stem the last."""
    words = _WORD.findall(question.lower())
    return {stem(word): word for word in words if not is_empty(word)}


def content_stems(question: str) -> list[str]:
    """The stems that say what is asked about, each once."""
    return list(content_words(question))


def asking(text: str) -> float:
    """How much the text looks like a question, from 0 to 1."""
    if "?" in _ADDRESS.sub("", text):
        return 1.0
    return 0.7 if _ASKING.match(text) else 0.0
