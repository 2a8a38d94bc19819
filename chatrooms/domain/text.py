"""Checks and cleans what people type. Standard library only; nothing is stored here."""

import hashlib
import re
import unicodedata

from chatrooms.domain.errors import InvalidInput

MAX_NAME_CHARS = 80
MAX_DISPLAY_NAME_CHARS = 40
MAX_BIO_CHARS = 300
MAX_TOPIC_CHARS = 200
MAX_DESCRIPTION_CHARS = 1000
MAX_TAGS = 8
MAX_TAG_CHARS = 30
MAX_SLUG_CHARS = 60
MAX_COMBINING_RUN = 8
MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_CHARS = 200

# Bidirectional overrides and isolates can make text read as something else; the rest of the
# control characters cannot be seen at all. Tab and line feed are wanted in messages.
_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_USERNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9_])?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")


def clean(text: object, *, keep_lines: bool = True) -> str:
    """The text in NFC without control or bidirectional characters and outer blanks.

    Line ends become one line feed each, or a blank where `keep_lines` is false. Of a run of
    combining marks the first eight stay: no language needs more and a long run hides other text.

    Raises: InvalidInput if it is not a string or holds lone surrogates.
    """
    if not isinstance(text, str):
        raise InvalidInput("That is not a text.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("That text holds characters that cannot be stored.") from error
    flat = text.replace("\r\n", "\n").replace("\r", "\n")
    # Composing comes last: what stood between a letter and its mark is gone by then, and a run of
    # ten thousand marks, which takes quadratic time, is cut.
    kept = _limit_combining("".join(c for c in flat if _is_wanted(c)))
    cleaned = unicodedata.normalize("NFC", kept)
    return cleaned.strip() if keep_lines else " ".join(cleaned.split())


def _is_wanted(char: str) -> bool:
    if char in "\n\t":
        return True
    return char not in _BIDIRECTIONAL and unicodedata.category(char) != "Cc"


def _limit_combining(text: str) -> str:
    run = 0
    kept: list[str] = []
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MAX_COMBINING_RUN:
            kept.append(char)
    return "".join(kept)


def check_body(body: object, *, max_chars: int) -> str:
    """A message body as it will be stored: cleaned, 1 to `max_chars` characters.

    Raises: InvalidInput.
    """
    if isinstance(body, str) and len(body) > 20 * max_chars:
        raise InvalidInput(f"A message can have at most {max_chars:,} characters.")
    cleaned = clean(body)
    if not any(is_visible(char) for char in cleaned):
        raise InvalidInput("A message cannot be empty.")
    if len(cleaned) > max_chars:
        raise InvalidInput(f"A message can have at most {max_chars:,} characters.")
    return cleaned


def is_visible(char: str) -> bool:
    """Whether a character leaves something to see: no blank, format or control character."""
    return unicodedata.category(char)[0] not in "ZC"


def check_line(text: object, *, label: str, max_chars: int, required: bool = False) -> str:
    """One line of text such as a topic: cleaned, without line ends, at most `max_chars` long.

    Raises: InvalidInput naming the field `label`.
    """
    line = clean(text if text is not None else "", keep_lines=False)
    if required and not any(is_visible(char) for char in line):
        raise InvalidInput(f"{label} cannot be empty.")
    if len(line) > max_chars:
        raise InvalidInput(f"{label} can have at most {max_chars:,} characters.")
    return line


def check_tags(text: object) -> list[str]:
    """Tags typed with commas or blanks between them: lower case, unique, in the order typed.

    Raises: InvalidInput for more than eight, or one over thirty characters.
    """
    line = clean(text if text is not None else "", keep_lines=False).lower()
    tags = list(dict.fromkeys(t.lstrip("#") for t in re.split(r"[,\s]+", line) if t.strip("#")))
    if len(tags) > MAX_TAGS:
        raise InvalidInput(f"A room can have at most {MAX_TAGS} tags.")
    if any(len(tag) > MAX_TAG_CHARS for tag in tags):
        raise InvalidInput(f"A tag can have at most {MAX_TAG_CHARS} characters.")
    return tags


def check_username(text: object) -> str:
    """A user name: 1 to 32 ASCII letters, digits, dots, hyphens, underscores. Case is kept.

    Raises: InvalidInput.
    """
    name = clean(text, keep_lines=False)
    if not _USERNAME.fullmatch(name):
        raise InvalidInput(
            "A username has 1 to 32 letters, digits, dots, hyphens or underscores, "
            "and begins and ends with a letter or digit."
        )
    return name


def check_display_name(text: object) -> str:
    """A name as everybody sees it: one line of 1 to 40 characters with something to see.

    Raises: InvalidInput.
    """
    return check_line(text, label="Your name", max_chars=MAX_DISPLAY_NAME_CHARS, required=True)


def check_email(text: object) -> str:
    """An e-mail address that looks like one, in lower case.

    Raises: InvalidInput.
    """
    address = clean(text, keep_lines=False).lower()
    if not _EMAIL.fullmatch(address):
        raise InvalidInput("That is not an e-mail address.")
    return address


def check_password(text: object) -> str:
    """A password as typed: 8 to 200 characters.

    Raises: InvalidInput.
    """
    if not isinstance(text, str) or len(text) < MIN_PASSWORD_CHARS:
        raise InvalidInput(f"A password needs at least {MIN_PASSWORD_CHARS} characters.")
    if len(text) > MAX_PASSWORD_CHARS:
        raise InvalidInput(f"A password can have at most {MAX_PASSWORD_CHARS} characters.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("That password holds characters that cannot be stored.") from error
    return text


def searchable(query: str) -> str:
    """What somebody looks for, in lower case, without characters that cannot be stored."""
    return storable(query).lower()


def storable(text: str) -> str:
    """A text as it is, without characters that cannot be stored."""
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")


def slugify(name: str) -> str:
    """A room name as it stands in an address: lower-case ASCII letters, digits and hyphens.

    A name with none of those becomes `room-` and six characters derived from it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG_CHARS].strip("-")
    return slug or f"room-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def username_from(nickname: str) -> str:
    """A valid user name for a nickname from elsewhere; different nicknames stay different."""
    plain = unicodedata.normalize("NFKD", nickname).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("._-")[:24].strip("._-")
    if base == nickname:
        return base
    digest = hashlib.sha256(nickname.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{base}-{digest}" if base else f"guest-{digest}"


_MARKUP = re.compile(
    r"^[ \t]*(?:`{3,}|~{3,})[ \t]*[\w+#.-]*[ \t]*$|\*\*|~~|`|^[ \t]*(?:#{1,6}|>)[ \t]+",
    re.MULTILINE,
)


def without_markup(text: str) -> str:
    """A text on one line, without the commonest Markdown."""
    return " ".join(_MARKUP.sub("", text).split())


def excerpt(body: str, *, max_chars: int = 140) -> str:
    """The beginning of a text on one line, without the commonest Markdown, cut at a word."""
    line = without_markup(body[: max_chars * 4])
    if len(line) <= max_chars:
        return line
    cut = line[:max_chars]
    return (cut.rsplit(" ", 1)[0] if " " in cut[max_chars // 2 :] else cut) + "\u2026"


def local_path(path: str) -> str:
    """The path if it stays on this site, else the home page's."""
    is_local = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_local and path.isprintable() else "/"
