"""`summarize`: conversations in, cited summaries out, as JSON lines."""

import json
import sys
from typing import Any, cast

import typer

from chatrooms.ml.summaries.passages import Message, MessageId
from chatrooms.ml.summaries.summary import summarise


class _Unusable(Exception):
    """What is wrong with a line, in words for who wrote it."""


def summarize() -> None:
    """Read `{id, messages: [{id, author, text}]}` per line and print
    `{id, sentences: [{text, cites: [message id]}]}`.

    A line that cannot be used is told by its number, and those after it are still summarised; the
    exit status is then 2.
    """
    failed = False
    try:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            try:
                print(json.dumps(_summary(line), ensure_ascii=False), flush=True)
            except _Unusable as reason:
                failed = True
                print(f"Line {number}: {reason}.", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read this has seen enough; nothing may be written on the way out either.
        sys.stderr.close()
    if failed:
        raise typer.Exit(2)


def _summary(line: bytes) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Unusable(f"this is not JSON ({error})") from error
    item = _object(item, "the line")
    listed = item.get("messages")
    if not isinstance(listed, list):
        raise _Unusable("messages must be a list")
    messages = [_message(each, place) for place, each in enumerate(cast(list[Any], listed), 1)]
    if len({message.id for message in messages}) < len(messages):
        raise _Unusable("two messages have the same id")
    sentences = [{"text": each.text, "cites": each.cites} for each in summarise(messages)]
    return {"id": _id(item, "the line"), "sentences": sentences}


def _message(value: Any, place: int) -> Message:
    what = f"message {place}"
    fields = _object(value, what)
    for name in ("author", "text"):
        if not isinstance(fields.get(name), str):
            raise _Unusable(f"{name} of {what} must be a string")
    return Message(_id(fields, what), fields["author"], fields["text"])


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Unusable(f"{what} must be an object")
    return cast(dict[str, Any], value)


def _id(fields: dict[str, Any], what: str) -> MessageId:
    found = fields.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise _Unusable(f"id of {what} must be a string or a whole number")
    return found
