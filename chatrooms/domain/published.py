"""What a language model wrote as text of a message: its marks lead to their sources, as permalinks,
and nothing else leads anywhere."""

import re
from collections.abc import Collection, Sequence

_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(\s*<?([^\s()<>]*)>?[^()\n]*\)")
_MARK = re.compile(r"\[(\d{1,4})\]")
# As wide as what renders Markdown: there only a letter before it keeps an address from being one.
_ADDRESS = re.compile(
    r"(?i)(?:(?<![a-z])(?:[a-z][a-z0-9+.-]{1,20}://|mailto:|xmpp:)|www\.)[^\s`()<>]*"
)
_MAIL = re.compile(r"(?<=[\w.+-])@(?=[\w-]+\.)")
_SOURCE = re.compile(r" ?\[\\\[\d{1,4}\\\]\]\([^\s()]*\?message=(\d+)\)")
_SPECIAL = re.compile(r"[\[\]<>&\\]")


def published(text: str, paths: Sequence[str], *, max_chars: int) -> str:
    """Markdown in which the mark `[n]` is a link to the nth of `paths`, at most `max_chars` long.

    Brackets and angle brackets are escaped, so that no link, picture or tag can be written, in code
    too; addresses stand as code, and where there are some they are the only code.
    """
    shown = _rendered(text, paths)
    share = len(text)
    while len(shown) > max_chars and share:
        share = share * 3 // 4
        shown = _rendered(text[:share].rstrip() + "\u2026", paths)
    return shown


def without_sources(text: str, message_ids: Collection[int]) -> str:
    """What was published, without the marks that lead to these messages."""

    def kept(mark: re.Match[str]) -> str:
        return "" if int(mark[1]) in message_ids else mark[0]

    return _SOURCE.sub(kept, text) if message_ids else text


def _rendered(text: str, paths: Sequence[str]) -> str:
    # Only for the eye: whatever is left of a link is escaped.
    text = _LINK.sub(_spelled_out, text)
    if _ADDRESS.search(text):
        # A backtick before an address would end the code that it is put into.
        text = text.replace("`", "'")
    parts: list[str] = []
    place = 0
    for mark in _MARK.finditer(text):
        number = int(mark[1])
        if 0 < number <= len(paths):
            parts += [
                _harmless(text[place : mark.start()]),
                f"[\\[{number}\\]]({paths[number - 1]})",
            ]
            place = mark.end()
    return "".join([*parts, _harmless(text[place:])])


def _spelled_out(link: re.Match[str]) -> str:
    return link[1] if link[1] == link[2] else f"{link[1]} ({link[2]})".lstrip()


def _harmless(text: str) -> str:
    parts: list[str] = []
    place = 0
    for address in _ADDRESS.finditer(text):
        parts += [_escaped(text[place : address.start()]), f"`{address[0]}`"]
        place = address.end()
    return "".join([*parts, _escaped(text[place:])])


def _escaped(text: str) -> str:
    return _MAIL.sub(" at ", _SPECIAL.sub(lambda found: "\\" + found[0], text))
