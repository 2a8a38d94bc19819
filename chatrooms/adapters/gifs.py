"""GIF pictures block by block: what they tell beside the picture goes, every frame stays.

Source: CompuServe, Graphics Interchange Format, version 89a; the loop is Netscape's extension.
"""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

_HEAD_BYTES, _IMAGE_BYTES = 13, 10
_IMAGE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_TIMING = b"\x21\xf9\x04"
_LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01"


def strip(place: Path) -> None:
    """Take comments, XMP, other programs' data and what stands after the end out of a GIF. Frames,
    their timing and the number of loops stay, byte for byte; a frame that was cut off goes.

    Raises: ValueError or IndexError if it holds no whole frame.
    """
    written = place.with_name(place.name + ".new")
    try:
        with (
            place.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            written.open("wb") as target,
        ):
            target.writelines(_kept(data))
        os.replace(written, place)
    finally:
        written.unlink(missing_ok=True)


def _kept(data: mmap.mmap) -> Iterator[bytes]:
    at = _HEAD_BYTES + _table_bytes(data[10])
    yield data[:at]
    frames = 0
    try:
        while (kind := data[at]) != _END:
            start = at
            if kind == _IMAGE:
                at = _after_blocks(data, at + _IMAGE_BYTES + _table_bytes(data[at + 9]) + 1)
                frames += 1
                yield data[start:at]
            elif kind == _EXTENSION:
                at = _after_blocks(data, at + 2)
                yield _kept_of_extension(data[start : start + len(_LOOP) + 2])
            else:
                at += 1  # what is no block is passed over, as by those that show it
    except IndexError:
        pass  # cut off: what is whole is kept
    if not frames:
        raise ValueError("no whole frame")
    yield bytes([_END])


def _kept_of_extension(head: bytes) -> bytes:
    """The timing of a frame and the number of loops, each with its one block; nothing of others."""
    for beginning, size in ((_TIMING, len(_TIMING) + 4), (_LOOP, len(_LOOP) + 2)):
        if head.startswith(beginning):
            return head[:size] + b"\0"
    return b""


def _table_bytes(flags: int) -> int:
    """How long the table of colours is that follows."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: mmap.mmap, at: int) -> int:
    """Where the row of blocks ends that begins at `at`. Raises: IndexError if it is cut off."""
    while size := data[at]:
        at += size + 1
    return at + 1
