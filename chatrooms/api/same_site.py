"""Whether a request was begun on a page of this site."""

from starlette.requests import Request

from chatrooms.origins import allowed_origins
from chatrooms.settings import Settings


def is_foreign(request: Request) -> bool:
    """Whether the browser says that a page of another site began the request."""
    return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def is_foreign_script(request: Request, settings: Settings) -> bool:
    """The same for what only scripts send, where the browser tells the origin as well. Over plain
    http it tells nothing else."""
    allowed = allowed_origins(settings.public_url, settings.extra_origins)
    origin = request.headers.get("origin")
    return is_foreign(request) or (origin is not None and origin not in allowed)
