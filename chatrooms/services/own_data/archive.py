"""Writes what is kept of a person into a zip file: JSON for programs, HTML for people, and the
files that the person uploaded. Whatever it grows to, little of it is in memory at a time."""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from chatrooms.services.own_data.sections import Row, Section

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem }}
dl {{ display: grid; grid-template-columns: 10rem 1fr; gap: 2px 1rem; padding: 8px 0;
  border-top: 1px solid #8884; margin: 0 }}
dt {{ opacity: .7 }} dd {{ margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }}
</style></head><body><h1>{title}</h1>
"""
_END = "</body></html>\n"
_FOR_PROGRAMS = {
    *("id", "position", "ordinal", "revision", "seq", "hue", "attempt", "judge_at", "hold_until"),
    *("has_link", "has_poll", "reply_count", "read_position", "read_ordinal", "revisions"),
    *("tokens_in", "tokens_out", "sources", "group_key", "score", "width", "height"),
}
"""Columns that the pages for people leave out."""


def write_archive(
    place: Path,
    *,
    title: str,
    profile: Row,
    sections: Iterable[Section],
    files: Iterable[tuple[str, Path]],
) -> None:
    """Fill the file at `place`. `files` are names inside the archive and where the files lie; one
    that is gone by now is left out."""
    with ZipFile(place, "w", ZIP_DEFLATED) as archive:
        counts: list[tuple[str, str, int]] = []
        for section in sections:
            counts.append((section.name, section.title, _write_section(archive, section)))
        archive.writestr("data/profile.json", _json(profile) + "\n")
        archive.writestr("index.html", _index(title, profile, counts))
        for name, path in files:
            if path.is_file():
                archive.write(path, f"files/{name}", compress_type=ZIP_STORED)


def _write_section(archive: ZipFile, section: Section) -> int:
    """The section's JSON and its page, from one reading; how many rows it has."""
    count = 0
    with tempfile.TemporaryFile() as page:
        page.write(_PAGE.format(title=escape(section.title)).encode())
        with archive.open(f"data/{section.name}.json", "w", force_zip64=True) as data:
            data.write(b"[")
            for row in section.rows():
                data.write(b",\n" if count else b"\n")
                data.write(_json(row).encode())
                page.write(_row(row).encode())
                count += 1
            data.write(b"\n]\n")
        page.write(_END.encode())
        _copy(archive, page, f"{section.name}.html")  # pyright: ignore[reportArgumentType]
    return count


def _copy(archive: ZipFile, page: BinaryIO, name: str) -> None:
    page.seek(0)
    with archive.open(name, "w", force_zip64=True) as target:
        shutil.copyfileobj(page, target)


def _index(title: str, profile: Row, counts: Iterable[tuple[str, str, int]]) -> str:
    links = "".join(
        f'<li><a href="{name}.html">{escape(shown)}</a> ({count})</li>\n'
        for name, shown, count in counts
        if count
    )
    text = (
        "<p>The same is in the folder data, for programs. Files that you uploaded are in files.</p>"
    )
    return f"{_PAGE.format(title=escape(title))}{_row(profile)}<ul>{links}</ul>{text}{_END}"


def _row(row: Row) -> str:
    pairs = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in _cells(row)
    )
    return f"<dl>{pairs}</dl>\n"


def _cells(row: Row) -> Iterator[tuple[str, str]]:
    """What people read of a row, its room first; the rest is in the JSON."""
    for name, value in sorted(row.items(), key=lambda cell: cell[0] != "room"):
        is_told = value not in (None, "", [], False) and name not in _FOR_PROGRAMS
        if is_told and not name.endswith("_id"):
            label = "text" if name == "body" else name.removeprefix("is_").replace("_", " ")
            yield label, _shown(value)


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "yes"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case float():
            return str(round(value))
        case str():
            return value
        case _:
            return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    """A time as ISO 8601; anything else as text."""
    return value.isoformat() if isinstance(value, date) else str(value)
