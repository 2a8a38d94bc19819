"""Files for tests: pictures made on the spot, and uploads through the services."""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image

from chatrooms.bootstrap import Deps
from chatrooms.services import files
from tests.support.people import Place, Someone

HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200), **options: object) -> bytes:
    """A picture with something on it."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def taken_somewhere(
    kind: str = "JPEG", size: tuple[int, int] = (320, 200), *, frames: int = 1
) -> bytes:
    """A picture that tells where and by what it was taken, and that must be turned. It moves if it
    has several frames."""
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    if frames == 1:
        return picture(kind, size, exif=exif)
    more = [Image.new("RGB", size, (40 * number, 0, 0)) for number in range(1, frames)]
    return picture(kind, size, exif=exif, save_all=True, append_images=more)


def animation(frames: int = 4, loops: int = 3) -> bytes:
    """A GIF that moves and tells things: in a comment, in XMP, in another program's block, in a
    second block of its loop, and after its end."""
    colours = [Image.new("RGB", (40, 30), (60 * number, 10, 0)) for number in range(frames)]
    written = io.BytesIO()
    colours[0].save(
        written,
        "GIF",
        save_all=True,
        append_images=colours[1:],
        loop=loops,
        duration=[100 * (number + 1) for number in range(frames)],
        comment=b"Secret comment",
    )
    made = written.getvalue()
    xmp = b"\x21\xff\x0bXMP DataXMP<x>Secret xmp</x>\x01" + bytes(range(255, -1, -1)) + b"\0"
    program = b"\x21\xff\x0bPROGRAM 1.0\x0eSecret program\0"
    loop = made.index(b"NETSCAPE2.0") + len(b"NETSCAPE2.0\x03\x01  ")
    timing = made.index(b"\x21\xf9\x04")
    made = made[:timing] + program + xmp + made[timing:]
    if timing < loop:
        loop += len(program) + len(xmp)
    return made[:loop] + b"\x0bSecret loop" + made[loop:] + b"Secret end"


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to have billions of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = (
        chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def upload(
    deps: Deps, room: Place, who: Someone, data: bytes = b"some text", name: str = "notes.txt"
) -> str:
    """The token of a file that somebody uploaded to the room."""
    place, file = files.begin_upload(deps, actor_id=who.id, room_id=room.id)
    with file:
        file.write(data)
    stored = files.finish_upload(deps, actor_id=who.id, room_id=room.id, place=place, name=name)
    return stored.token


def on_disk(deps: Deps) -> list[Path]:
    """Every file that is stored or being received."""
    return [each for each in (deps.settings.data_dir / "files").rglob("*") if each.is_file()]
