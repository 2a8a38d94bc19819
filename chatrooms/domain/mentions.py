"""Whom a message mentions, read off its text. What stands in code mentions nobody."""

import re
from dataclasses import dataclass

EVERYBODY = "room"
"""`@room` means all members, where the author may call them."""
MAX_MENTIONED = 50

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.M | re.S)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_QUOTED = re.compile(r" {0,3}>")
_NAME = re.compile(r"(?<![\w@/.`-])@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9_])?)(?![\w@/])")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is meant: user names in lower case, at most `MAX_MENTIONED`, and perhaps everybody."""

    names: frozenset[str] = frozenset()
    is_everybody: bool = False

    def without(self, before: "Mentions") -> "Mentions":
        """Those who were not mentioned before."""
        is_everybody = self.is_everybody and not before.is_everybody
        return Mentions(self.names - before.names, is_everybody)

    def __bool__(self) -> bool:
        return self.is_everybody or bool(self.names)


NOBODY = Mentions()


def called_in(body: str, name: str) -> str | None:
    """What the text says to the one with this user name, in lower case, without the mentions of it;
    None if it does not mention it outside of code and quoted lines."""
    said = "\n".join(line for line in body.splitlines() if not _QUOTED.match(line))
    if name not in mentions_in(said).names:
        return None
    kept = _NAME.sub(lambda found: "" if found[1].lower() == name else found[0], said)
    return kept.strip(" \t\n,:;-")


def mentions_in(body: str) -> Mentions:
    """Whom the text means with `@name`, in the order written if there are too many."""
    if "@" not in body:
        return NOBODY
    plain = _CODE_SPAN.sub(" ", _FENCE.sub("\n", body))
    found = dict.fromkeys(match[1].lower() for match in _NAME.finditer(plain))
    names = [name for name in found if name != EVERYBODY]
    return Mentions(frozenset(names[:MAX_MENTIONED]), EVERYBODY in found)
