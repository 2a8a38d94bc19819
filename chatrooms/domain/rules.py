"""Rules beside the model: what kinds there are, what each needs, and whether one fits. Pure.

A regular expression is compiled and matched by `services.moderation.patterns`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.mentions import EVERYBODY, mentions_in
from chatrooms.domain.moderation import RuleAction
from chatrooms.domain.text import check_line, clean
from chatrooms.domain.words import Phrases, Places, Readings

E = TypeVar("E", bound=StrEnum)

MAX_NAME_CHARS = 60
MAX_WORDS = 200
MAX_WORD_CHARS = 80
MAX_PATTERN_CHARS = 300
MAX_WINDOW = timedelta(hours=1)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]{2,}")
_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"']+", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?(?:[^/?#]*@)?([^/?#:]+)", re.IGNORECASE)


class RuleKind(StrEnum):
    """What a rule looks at. Stored by value."""

    WORDS = "words"
    ALLOW = "allow"
    """Words that are fine here: the model and word rules do not count them."""
    PATTERN = "pattern"
    LINKS = "links"
    REPEATS = "repeats"
    CAPITALS = "capitals"
    MENTIONS = "mentions"
    NEWCOMERS = "newcomers"
    """What somebody new may not post yet."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What somebody typed to describe a rule. Unchecked until `checked`."""

    name: str
    kind: str
    action: str
    typed: Mapping[str, object] = field(default_factory=dict[str, object])
    """What the kind needs, as it was typed."""

    def checked(self) -> dict[str, Any]:
        """The columns of a rule described so; a pattern is not compiled yet.

        Raises: InvalidInput naming the field.
        """
        kind = _choice(RuleKind, self.kind, "kind of rule")
        return {
            "name": check_line(
                self.name, label="A rule's name", max_chars=MAX_NAME_CHARS, required=True
            ),
            "kind": kind.value,
            "action": _choice(RuleAction, self.action, "action").value,
            "options": _options(kind, self.typed),
        }


def _choice(of: type[E], value: object, label: str) -> E:
    try:
        return of(str(value))
    except ValueError:
        raise InvalidInput(f"There is no such {label}.") from None


def _options(kind: RuleKind, typed: Mapping[str, object]) -> dict[str, Any]:
    match kind:
        case RuleKind.WORDS | RuleKind.ALLOW:
            return {"words": _words(typed.get("words"))}
        case RuleKind.PATTERN:
            line = check_line(
                typed.get("pattern"),
                label="A pattern",
                max_chars=MAX_PATTERN_CHARS,
                required=True,
            )
            return {"pattern": line}
        case RuleKind.LINKS:
            return {"domains": _domains(typed.get("domains"))}
        case RuleKind.REPEATS:
            times = _whole(typed, "times", "The number of times", 2, 20)
            return {"times": times, "minutes": _whole(typed, "minutes", "The minutes", 1, 60)}
        case RuleKind.CAPITALS:
            percent = _whole(typed, "percent", "The share of capitals", 50, 100)
            return {"percent": percent, "least": _whole(typed, "least", "The length", 5, 500)}
        case RuleKind.MENTIONS:
            return {"most": _whole(typed, "most", "The number of mentions", 1, 50)}
        case RuleKind.NEWCOMERS:
            return {
                "hours": _whole(typed, "hours", "The hours", 1, 8_760),
                "since": _one_of(typed, "since", ("account", "room")),
                "what": _one_of(typed, "what", ("links", "files", "links_and_files", "anything")),
            }


def _lines(text: object, label: str) -> list[str]:
    parts = re.split(r"[,\n]", clean(text if text is not None else ""))
    found = list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
    if len(found) > MAX_WORDS:
        raise InvalidInput(f"A rule can have at most {MAX_WORDS} {label}.")
    return found


def _words(text: object) -> list[str]:
    found = _lines(text, "words and phrases")
    if not found:
        raise InvalidInput("Type at least one word or phrase.")
    for each in found:
        if len(each) > MAX_WORD_CHARS:
            raise InvalidInput(f"A phrase can have at most {MAX_WORD_CHARS} characters.")
        if not any(char.isalnum() for char in each):
            raise InvalidInput(
                f"\u201c{each}\u201d has no letter or digit. Use a pattern for signs."
            )
    return found


def _domains(text: object) -> list[str]:
    found = [
        re.sub(r"^https?://|/.*$", "", each.lower()).removeprefix("www.")
        for each in _lines(text, "domains")
    ]
    for each in found:
        if not _DOMAIN.fullmatch(each):
            raise InvalidInput(f"\u201c{each}\u201d is not a domain such as example.org.")
    return found


def _whole(typed: Mapping[str, object], name: str, label: str, least: int, most: int) -> int:
    value = typed.get(name)
    is_number = isinstance(value, int | str) and not isinstance(value, bool)
    text = str(value).strip() if is_number else ""
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
        raise InvalidInput(f"{label} must be a whole number from {least:,} to {most:,}.")
    return int(text)


def _one_of(typed: Mapping[str, object], name: str, known: Sequence[str]) -> str:
    value = typed.get(name)
    if value not in known:
        raise InvalidInput("Please choose one of the choices.")
    return str(value)


@dataclass(frozen=True, slots=True)
class Subject:
    """A message as rules look at it."""

    body: str
    readings: Readings = ()
    """What its words may stand for."""
    has_files: bool = False
    account_age: timedelta = timedelta.max
    room_age: timedelta = timedelta.max
    """Since when its author is a member."""
    same_before: Sequence[timedelta] = ()
    """How long before it the same author said the same in this room, each time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is on. Built once for many messages: its words are prepared."""

    id: int
    name: str
    kind: RuleKind
    action: RuleAction
    options: Mapping[str, Any]
    phrases: Phrases | None = None

    @staticmethod
    def of(
        *, id: int, name: str, kind: str, action: str, options: Mapping[str, Any], seen: Any = None
    ) -> "Rule":
        """The rule of these columns. `seen` folds words as texts are folded."""
        known = RuleKind(kind)
        has_words = known in (RuleKind.WORDS, RuleKind.ALLOW)
        words = [seen(each) if seen else each.lower() for each in options.get("words", ())]
        phrases = Phrases(words) if has_words else None
        return Rule(id, name, known, RuleAction(action), options, phrases)


def places(rule: Rule, subject: Subject) -> Places | None:
    """Where in the body a rule fits; empty if it fits the message as a whole, None if it does not.

    For all kinds but patterns.
    """
    match rule.kind:
        case RuleKind.WORDS | RuleKind.ALLOW:
            return (rule.phrases and rule.phrases.find(subject.readings)) or None
        case RuleKind.LINKS:
            return _links(subject.body, rule.options["domains"]) or None
        case RuleKind.REPEATS:
            return () if _is_repeated(rule.options, subject) else None
        case RuleKind.CAPITALS:
            return () if _is_shouted(rule.options, subject.body) else None
        case RuleKind.MENTIONS:
            return _mentions(rule.options["most"], subject.body)
        case RuleKind.NEWCOMERS:
            return _too_early(rule.options, subject)
        case RuleKind.PATTERN:
            return None


def _links(body: str, allowed: Sequence[str] = ()) -> Places:
    return tuple(
        match.span() for match in _LINK.finditer(body) if not _is_allowed(match.group(), allowed)
    )


def _is_allowed(link: str, allowed: Sequence[str]) -> bool:
    found = _HOST.match(link)
    host = found.group(1).lower().rstrip(".") if found else ""
    return any(host == each or host.endswith(f".{each}") for each in allowed)


def _is_repeated(options: Mapping[str, Any], subject: Subject) -> bool:
    window = timedelta(minutes=options["minutes"])
    before = sum(age <= window for age in subject.same_before)
    return before + 1 >= options["times"]


def _is_shouted(options: Mapping[str, Any], body: str) -> bool:
    large = sum(char.isupper() for char in body)
    cased = large + sum(char.islower() for char in body)
    return cased >= options["least"] and 100 * large >= options["percent"] * cased


def _mentions(most: int, body: str) -> Places | None:
    meant = mentions_in(body)
    names = [*meant.names, *([EVERYBODY] if meant.is_everybody else [])]
    if len(names) <= most:
        return None
    lower = body.lower()
    starts = {name: lower.find(f"@{name}") for name in names}
    found = sorted((at, at + 1 + len(name)) for name, at in starts.items() if at >= 0)
    return tuple(found)


def _too_early(options: Mapping[str, Any], subject: Subject) -> Places | None:
    age = subject.account_age if options["since"] == "account" else subject.room_age
    if age >= timedelta(hours=options["hours"]):
        return None
    what = options["what"]
    if what == "anything" or ("files" in what and subject.has_files):
        return ()
    return (_links(subject.body) or None) if "links" in what else None
