"""What the routes for files share: whose request it is, and how a refusal is answered."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chatrooms import bootstrap
from chatrooms.bootstrap import Deps
from chatrooms.domain import errors
from chatrooms.live.identity import session_token
from chatrooms.live.offload import off_loop
from chatrooms.services import sessions

_STATUS: dict[type[errors.ChatError], int] = {
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.RoomArchived: 403,
    errors.RoomUnavailable: 404,
    errors.FileUnavailable: 404,
    errors.FileTooLarge: 413,
    errors.InvalidInput: 422,
    errors.RateLimited: 429,
    errors.ServiceUnavailable: 503,
}


def deps_of(request: Request) -> Deps:
    """The process's dependencies, or those that the app was given."""
    given: Deps | None = getattr(request.app.state, "deps", None)
    return given or bootstrap.current()


async def actor_id_of(request: Request, deps: Deps) -> int:
    """Whose session cookie the request carries. Raises: NotSignedIn."""
    token = session_token(deps.settings, request.headers.get("cookie", ""))
    if not token:
        raise errors.NotSignedIn
    return (await off_loop(sessions.get_signed_in, deps, token=token)).account_id


def refusal(error: errors.ChatError) -> Response:
    """An error as JSON with the status that belongs to it."""
    body = {"code": error.code, "error": str(error)}
    return JSONResponse(body, _STATUS.get(type(error), 400), headers={"Cache-Control": "no-store"})
