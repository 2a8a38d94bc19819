"""The address of the moderation log, in which its filters stand."""

from urllib.parse import urlencode

PATH = "/moderation/audit"
FILE = "/moderation/log.csv"


def path_of(path: str = PATH, **wanted: str) -> str:
    """The log's address, or its file's, narrowed to what is not empty; `since` and `until` go by
    the names of the address."""
    names = {"since": "from", "until": "to"}
    some = {names.get(name, name): value for name, value in wanted.items() if value}
    return f"{path}?{urlencode(some)}" if some else path
