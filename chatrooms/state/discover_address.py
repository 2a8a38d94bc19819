"""The address of the directory, in which what is looked for stands."""

from collections.abc import Mapping
from urllib.parse import urlencode

from chatrooms.domain.text import storable
from chatrooms.services.directory import MAX_QUERY_CHARS, Wanted, sort_of

PATH = "/discover"
_MAX_NAME_CHARS = 80


def wanted_in(asked: Mapping[str, str]) -> Wanted:
    """What an address asks for. Words are looked for best first unless it says otherwise."""
    query = storable(asked.get("q", "")[:MAX_QUERY_CHARS]).strip()
    default = "best" if query else "activity"
    sort = sort_of(asked.get("sort")) or default
    return Wanted(
        query=query,
        topic=storable(asked.get("topic", "")[:_MAX_NAME_CHARS]),
        tag=storable(asked.get("tag", "")[:_MAX_NAME_CHARS]).lower(),
        sort=default if sort == "best" else sort,
    )


def path_of(wanted: Wanted) -> str:
    """The address that asks for it."""
    default = "best" if wanted.query else "activity"
    sort = "" if wanted.sort in (default, "best") else wanted.sort
    some = {"q": wanted.query, "topic": wanted.topic, "tag": wanted.tag, "sort": sort}
    some = {name: storable(value)[:MAX_QUERY_CHARS] for name, value in some.items()}
    asked = urlencode({name: value for name, value in some.items() if value})
    return f"{PATH}?{asked}" if asked else PATH
