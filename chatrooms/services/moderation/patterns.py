"""Regular expressions that people write, matched in time linear in the text whatever they say.

Source: RE2, which has neither backtracking nor backreferences.
"""

from typing import Any

import re2

from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.words import Places

MAX_PROGRAM = 2_000
"""Instructions: matching takes at most about this many steps per character."""
_MAX_BYTES = 1 << 21
_MAX_MATCHES = 20


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that cannot be used.

    Raises: InvalidInput saying what is wrong with it.
    """
    compiled = _compile(pattern)
    if compiled.programsize > MAX_PROGRAM:
        raise InvalidInput("This pattern is too large. Use fewer or smaller repetitions.")
    if compiled.search("") is not None:
        raise InvalidInput("This pattern fits every message, even an empty one.")


def find(pattern: str, body: str) -> Places:
    """Where a checked pattern stands in the text, whatever the case of its letters."""
    places: list[tuple[int, int]] = []
    for match in _compile(pattern).finditer(body):
        if match.end() > match.start():
            places.append(match.span())
        if len(places) == _MAX_MATCHES:
            break
    return tuple(places)


def _compile(pattern: str) -> Any:
    library: Any = re2
    # It keeps what it compiled.
    try:
        return library.compile(pattern, _options())
    except library.error as error:
        raise InvalidInput(f"This pattern cannot be used: {_why(error)}.") from None


def _why(error: Any) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _options() -> Any:
    options = re2.Options()
    options.max_mem = _MAX_BYTES
    options.log_errors = False
    options.case_sensitive = False
    return options
