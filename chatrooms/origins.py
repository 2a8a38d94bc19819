"""Which web origins may connect."""

from urllib.parse import urlsplit

LOCAL_HOSTS = ("localhost", "127.0.0.1")


def allowed_origins(public_url: str, extra_origins: str) -> list[str]:
    """The origin of `public_url` and those of `extra_origins` (separated by commas).

    For an address of this machine both of its usual names are allowed.
    """
    urls = [public_url, *(part.strip() for part in extra_origins.split(","))]
    origins = [origin for url in urls if url for origin in _spellings(url)]
    return list(dict.fromkeys(origins))


def _spellings(url: str) -> list[str]:
    parts = urlsplit(url)
    hosts = LOCAL_HOSTS if parts.hostname in LOCAL_HOSTS else (parts.hostname or "",)
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{_bracketed(host)}{port}" for host in hosts]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
