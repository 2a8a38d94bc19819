"""The task broker's address, in the spelling that Celery understands."""

from urllib.parse import parse_qs, urlsplit


def broker_url(redis_url: str) -> str:
    """The Celery broker for a Redis address.

    A Redis on a Unix socket is `unix:///path?db=0` to the Redis client and
    `redis+socket:///path?virtual_host=0` to Celery; other addresses are the same to both.
    """
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
