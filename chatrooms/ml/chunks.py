"""What one chunk says, text between two blanks: plain words, or words in disguise."""

import re
from collections.abc import Iterable
from typing import Final

from chatrooms.ml import lexicon
from chatrooms.ml.spelling import Spelling
from chatrooms.ml.tokens import LINK, Reading, Token, in_a_row, moved, plain_tokens, reading

_LONG_RUN: Final = re.compile(r"(.)\1{2,}")
_HIDDEN: Final = re.compile(
    r"[a-z0-9][@$!|*+#%(<]+[a-z0-9]|[@$][a-z]|[a-z][$*]|\b[a-z]([._\-/\\|~*]+[a-z]){2}\b"
)
_OUTSIDE: Final = " .,;:?!\"'()[]{}~-_…/\\<>="
_MAX_RUN_TOGETHER = 48
_MAX_CHUNK = 400
"""Characters; longer chunks are taken as they are."""


class ChunkReader:
    """Reads chunks of texts in lower case.

    `spelling`: knows the words, and what unknown ones may mean.
    """

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def read(self, chunk: str) -> Reading:
        """The tokens of the chunk, repaired."""
        plain = plain_tokens(chunk)
        words = [token for token in plain if token.text[0].isalnum()]
        strange = [token for token in words if not self._is_plain(token.text)]
        if len(chunk) > _MAX_CHUNK or not plain or plain[0].text == LINK:
            return reading(plain, is_loose=False)
        if strange or _HIDDEN.search(chunk):
            disguised = self._read_disguised(chunk)
            if disguised is not None:
                return reading(disguised, is_loose=False)
        tokens = [
            part
            for token in plain
            for part in ((token,) if token not in strange else self._repaired(token))
        ]
        is_loose = len(words) == 1 and len(words[0].text) <= 8 and self._is_rare(words[0].text)
        return reading(tokens, is_loose=is_loose)

    def _is_rare(self, word: str) -> bool:
        return word.isalpha() and not self.spelling.is_common(word)

    def _is_plain(self, word: str) -> bool:
        if word in lexicon.FIRM_SPELLINGS:
            return False
        if word == LINK or not word.isascii() or word.isdigit() or "'" in word:
            return True
        return self.spelling.knows(word) and word.isalpha()

    def _read_disguised(self, chunk: str) -> list[Token] | None:
        """A chunk with signs in the place of letters or between them."""
        if chunk[0] == "#":
            return self._read_hashtag(chunk)
        core = chunk.strip(_OUTSIDE)
        if core[:1] == "*":
            core = core.strip("*")
        if not core or core.isalpha():
            return None
        start = chunk.index(core)
        end = start + len(core)
        word = self._disguised_word(core)
        if word is None:
            return None
        inner = word if isinstance(word, list) else [Token(word, 0, len(core))]
        before, after = plain_tokens(chunk[:start]), plain_tokens(chunk[end:])
        return [*before, *moved(inner, start), *moved(after, end)]

    def _disguised_word(self, core: str) -> str | list[Token] | None:
        if core.isascii() and not core.isalnum() and "'" not in core:
            letters = [(i, c) for i, c in enumerate(core) if c not in "._-*,~/\\ "]
            joined = "".join(c for _, c in letters)
            parts = [p for p in re.split(r"[._\-*,~/\\]+", core) if p]
            if len(parts) >= 3 and all(len(p) == 1 for p in parts):
                spelled = self.spelled(letters)
                if spelled is not None:
                    return spelled
            is_torn = len(parts) > 1 and not all(map(self.spelling.knows, parts))
            if is_torn and (joined in lexicon.ABUSIVE or self.spelling.read_signs(joined)):
                found = joined if joined in lexicon.ABUSIVE else self.spelling.read_signs(joined)
                if found in lexicon.ABUSIVE:
                    return found
        return self.spelling.read_signs(core) or self.spelling.unmask(core)

    def _read_hashtag(self, chunk: str) -> list[Token] | None:
        name = chunk.lstrip("#").rstrip(_OUTSIDE)
        if not name.isalpha() or not name.isascii() or self.spelling.knows(name):
            return None
        parts = self.spelling.run_together.split(name, is_open=True)
        if parts is None:
            return None
        at = chunk.index(name)
        after = plain_tokens(chunk[at + len(name) :])
        return [Token("#", 0, at), *in_a_row(parts, at), *moved(after, at + len(name))]

    def spelled(self, letters: list[tuple[int, str]]) -> list[Token] | None:
        """Words that were written letter by letter; `letters` with their places."""
        joined = "".join(letter for _, letter in letters)
        if len(joined) < 3:
            return None
        whole = joined if joined.isalpha() else self.spelling.read_signs(joined)
        if whole is not None and self.spelling.knows(whole):
            return [Token(whole, letters[0][0], letters[-1][0] + 1)]
        plain = self.spelling.plain_letters(joined)
        parts = self.spelling.run_together.split(plain, is_open=True)
        if parts is None:
            repaired = self.spelling.repair(joined)
            if repaired is None:
                return None
            return [Token(repaired, letters[0][0], letters[-1][0] + 1)]
        tokens: list[Token] = []
        at = 0
        for part in parts:
            first, last = letters[at][0], letters[at + len(part) - 1][0]
            tokens.append(Token(part, first, last + 1))
            at += len(part)
        return tokens

    def _repaired(self, token: Token) -> Iterable[Token]:
        word = token.text
        if self._is_plain(word):
            return (token,)
        repaired = self.spelling.repair(word)
        if repaired is not None:
            return (Token(repaired, token.start, token.end),)
        if word.isalpha() and 6 <= len(word) <= _MAX_RUN_TOGETHER:
            parts = self.spelling.run_together.split(word)
            if parts is not None:
                return in_a_row(parts, token.start)
        return (Token(_LONG_RUN.sub(r"\1\1", word), token.start, token.end),)
