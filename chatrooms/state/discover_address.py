"""The address of the directory, in which what is looked for stands."""

from collections.abc import Mapping
from urllib.parse import urlencode

from chatrooms.services.directory import MAX_QUERY_CHARS, Wanted, sort_of

PATH = "/discover"
_MAX_NAME_CHARS = 80


def wanted_in(asked: Mapping[str, str]) -> Wanted:
    """What an address asks for. Words are looked for best first unless it says otherwise."""
    query = asked.get("q", "").strip()[:MAX_QUERY_CHARS]
    default = "best" if query else "activity"
    sort = sort_of(asked.get("sort")) or default
    return Wanted(
        query=query,
        topic=asked.get("topic", "")[:_MAX_NAME_CHARS],
        tag=asked.get("tag", "").lower()[:_MAX_NAME_CHARS],
        sort=default if sort == "best" else sort,
    )


def path_of(wanted: Wanted) -> str:
    """The address that asks for it."""
    default = "best" if wanted.query else "activity"
    sort = "" if wanted.sort in (default, "best") else wanted.sort
    some = {"q": wanted.query, "topic": wanted.topic, "tag": wanted.tag, "sort": sort}
    asked = urlencode({name: value for name, value in some.items() if value})
    return f"{PATH}?{asked}" if asked else PATH
