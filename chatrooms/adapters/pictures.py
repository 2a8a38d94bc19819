"""Pictures: what they are, without what they tell about their maker, and in small."""

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from chatrooms.adapters import gifs
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.files import MAX_PICTURE_PIXELS

MAX_MOVING_PIXELS = MAX_PICTURE_PIXELS
"""Of all frames together, where each must be unpacked to take out the metadata."""
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_THUMBNAIL_PX = (720, 560)
"""Twice what the timeline shows, for dense screens."""
AVATAR_PX = 256
AVATAR_TYPE = "image/webp"
_TOO_MANY_PIXELS = f"This picture has more than {MAX_PICTURE_PIXELS // 1_000_000} megapixels."
_BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError, EOFError)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_TELLING = ("exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop")
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that browsers can show."""

    media_type: str
    width: int
    height: int
    thumbnail: bytes
    """A WebP picture; of a moving one the first frame."""


def take_in(place: Path) -> Picture | None:
    """What picture a file holds, after taking its metadata (place, camera, comments) out of the
    file; None if it holds none that can be shown.

    Raises: InvalidInput if it has more than `MAX_PICTURE_PIXELS`, before they are unpacked.
    """
    try:
        with _open(place) as image:
            media_type = _FORMATS["JPEG" if image.format == "MPO" else image.format or ""]
            if image.format == "GIF":
                gifs.strip(place)
            elif _tells_more(image):
                _rewrite(image, place)
        with _open(place) as image:
            width, height = image.size
            # In place: a JPEG is then unpacked no larger than needed.
            image.thumbnail(_THUMBNAIL_PX)
            return Picture(media_type, width, height, _encoded(image))
    except _BOMBS as error:
        raise InvalidInput(_TOO_MANY_PIXELS) from error
    except _BROKEN:
        return None


def make_avatar(place: Path) -> bytes:
    """The middle of a picture as a square WebP of `AVATAR_PX` pixels.

    Raises: InvalidInput if it is no picture or has too many pixels.
    """
    try:
        with _open(place) as image:
            square = ImageOps.fit(ImageOps.exif_transpose(image), (AVATAR_PX, AVATAR_PX))
            return _encoded(square)
    except _BOMBS as error:
        raise InvalidInput(_TOO_MANY_PIXELS) from error
    except _BROKEN as error:
        raise InvalidInput("This is no picture that can be used: PNG, JPEG, GIF, WebP.") from error


def _open(place: Path) -> Image.Image:
    # Opening reads the header alone; pixels are unpacked by whoever asks for them later.
    image = Image.open(place, formats=list(_FORMATS))
    width, height = image.size
    if width * height > MAX_PICTURE_PIXELS:
        image.close()
        raise InvalidInput(_TOO_MANY_PIXELS)
    return image


def _encoded(image: Image.Image) -> bytes:
    written = io.BytesIO()
    has_alpha = image.has_transparency_data
    # Without the old picture's facts: the new one carries none of its metadata.
    image.convert("RGBA" if has_alpha else "RGB").save(written, "WEBP", quality=82, exif=b"")
    return written.getvalue()


def _tells_more(image: Image.Image) -> bool:
    if image.format == "MPO" or len(image.getexif()):
        return True
    texts: dict[str, str] = getattr(image, "text", {})
    return bool(texts) or any(image.info.get(name) for name in _TELLING)


def _rewrite(image: Image.Image, place: Path) -> None:
    """Write the picture anew without its metadata, turned the way it is meant to be seen."""
    kind = "JPEG" if image.format == "MPO" else image.format or ""
    options: dict[str, Any] = {"icc_profile": image.info.get("icc_profile"), "exif": b""}
    if kind == "JPEG":
        # As it was compressed before, unless it must be turned.
        options["quality"] = 92 if _is_turned(image) or image.format == "MPO" else "keep"
    elif kind == "WEBP":
        options["quality"] = 90
    is_moving = getattr(image, "is_animated", False) and kind != "JPEG"
    if is_moving and image.width * image.height * getattr(image, "n_frames", 1) > MAX_MOVING_PIXELS:
        raise InvalidInput("This moving picture is too large.")
    upright = ImageOps.exif_transpose(image) if _is_turned(image) and not is_moving else image
    for name in _TELLING:
        upright.info.pop(name, None)
    written = place.with_name(place.name + ".new")
    upright.save(written, kind, **options, **({"save_all": True} if is_moving else {}))
    os.replace(written, place)


def _is_turned(image: Image.Image) -> bool:
    return image.getexif().get(_EXIF_ORIENTATION, 1) != 1
