"""From a text as it was typed to the tokens that the model knows, each with its place.

The text itself is never altered. Words that the training texts hold are left alone; only unknown
ones are compared with disguised spellings, so that harmless names do not turn into something else.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from chatrooms.ml.characters import Clean, clean, clean_text
from chatrooms.ml.chunks import ChunkReader
from chatrooms.ml.spelling import Spelling
from chatrooms.ml.tokens import Reading, Token, moved

_CHUNK: Final = re.compile(r"\S+")
_LETTER = r"[^\w\s]?[a-z0-9@$!|*'][^\w\s]?"
_SINGLE_LETTERS: Final = re.compile(
    rf"(?:(?<=\s)|^){_LETTER}(?:\s+(?:{_LETTER}|[\".,?-])){{2,}}(?=\s|$)"
)
_MAX_CACHED = 48
"""Characters; longer chunks are read anew each time."""
_NOTHING: Final = Reading((), (), is_loose=False)


class Normaliser:
    """Turns texts into tokens.

    `counts`: how often each word stands in the training texts.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._spelling = Spelling(counts)
        self._chunks = ChunkReader(self._spelling)
        self._read_short: Callable[[str], Reading] = lru_cache(maxsize=1 << 16)(self._chunks.read)

    def words(self, text: str) -> list[str]:
        """The tokens of the text, without their places."""
        seen = clean_text(text)
        if _SINGLE_LETTERS.search(seen):
            return [token.text for token in self._tokens(seen)]
        words: list[str] = []
        before = _NOTHING
        for chunk in seen.split():
            reading = self._read_short(chunk) if len(chunk) <= _MAX_CACHED else self._read(chunk)
            if (reading.is_loose or before.is_loose) and self._join(before, reading):
                return [token.text for token in self._tokens(seen)]
            words += reading.words
            before = reading
        return words

    def tokens(self, text: str) -> list[Token]:
        """The tokens of the text with their places in the original, in order."""
        seen = clean(text)
        return [_placed(token, seen) for token in self._tokens(seen.text)]

    def _tokens(self, seen: str) -> list[Token]:
        tokens: list[Token] = []
        done = 0
        for run in _SINGLE_LETTERS.finditer(seen):
            spelled = self._read_spaced(run.group())
            if spelled is not None:
                tokens += self._read_chunks(seen, done, run.start())
                tokens += moved(spelled, run.start())
                done = run.end()
        return tokens + self._read_chunks(seen, done, len(seen))

    def _read_chunks(self, seen: str, start: int, end: int) -> list[Token]:
        found = [(m.start(), self._read(m.group())) for m in _CHUNK.finditer(seen, start, end)]
        tokens: list[Token] = []
        i = 0
        while i < len(found):
            place, reading = found[i]
            if i + 1 < len(found):
                joined = self._join(reading, found[i + 1][1])
                if joined is not None:
                    second_place, second = found[i + 1]
                    tokens.append(Token(joined, place, second_place + second.tokens[0].end))
                    tokens += moved(second.tokens[1:], second_place)
                    i += 2
                    continue
            tokens += moved(reading.tokens, place)
            i += 1
        return tokens

    def _join(self, first: Reading, second: Reading) -> str | None:
        """The abusive word that two neighbouring chunks are the halves of."""
        if not (first.is_loose or second.is_loose) or len(first.words) != 1 or not second.words:
            return None
        joined = first.words[0] + second.words[0]
        return joined if len(joined) >= 4 and self._spelling.is_abuse(joined) else None

    def _read(self, chunk: str) -> Reading:
        return self._read_short(chunk) if len(chunk) <= _MAX_CACHED else self._chunks.read(chunk)

    def _read_spaced(self, run: str) -> list[Token] | None:
        return self._chunks.spelled(
            [(i, c) for i, c in enumerate(run) if c.isalnum() or c in "@$!|"]
        )


def _placed(token: Token, seen: Clean) -> Token:
    start, end = seen.span(token.start, token.end)
    return Token(token.text, start, end)
