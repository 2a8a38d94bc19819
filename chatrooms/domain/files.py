"""What files may be called, and what they are by their first bytes."""

import re
from pathlib import PurePosixPath

from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.text import clean, is_visible

MAX_FILE_NAME_CHARS = 120
MAX_PICTURE_PIXELS = 40_000_000
"""A larger picture is refused before it is unpacked: a tiny file can hold a huge one."""
UNKNOWN_TYPE = "application/octet-stream"
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What browsers show without running anything that is in it."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
)


def is_token(value: str) -> bool:
    """Whether a value from outside can be the random name of a file at all."""
    return _TOKEN.fullmatch(value) is not None


def media_type_of(head: bytes) -> str:
    """What a file is by its first bytes; its name says nothing about that."""
    for offset, mark, media_type in _SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return media_type
    return UNKNOWN_TYPE


def check_file_name(name: object) -> str:
    """The last part of a file's name without what could mislead: folders, line ends, control and
    bidirectional characters. A long one keeps its ending.

    Raises: InvalidInput if it is not a string.
    """
    if not isinstance(name, str):
        raise InvalidInput("This file has no name.")
    flat = clean(name[-1000:].replace("\\", "/").rpartition("/")[2], keep_lines=False)
    if not any(is_visible(char) for char in flat) or not flat.strip("."):
        return "file"
    if len(flat) > MAX_FILE_NAME_CHARS:
        ending = PurePosixPath(flat).suffix[:16]
        flat = flat[: MAX_FILE_NAME_CHARS - len(ending)] + ending
    return flat
