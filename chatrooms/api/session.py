"""The routes that set and clear the session cookie: a state handler cannot."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from chatrooms.api.same_site import is_foreign
from chatrooms.bootstrap import Deps, current
from chatrooms.domain.errors import NotSignedIn
from chatrooms.domain.text import local_path
from chatrooms.live.identity import cookie_name
from chatrooms.live.offload import off_loop
from chatrooms.services import sessions


async def enter(request: Request) -> Response:
    """Exchange a one-time ticket for the session cookie and go on to `next`."""
    deps = current()
    # A link on another site must not sign anybody in or out.
    if is_foreign(request):
        return PlainTextResponse("Please sign in on this site itself.", status_code=403)
    try:
        token = await off_loop(
            sessions.redeem_ticket,
            deps,
            ticket=request.query_params.get("ticket", ""),
            device=request.headers.get("user-agent", ""),
            address=_address(request, hops=deps.settings.trusted_proxy_hops),
        )
    except NotSignedIn:
        return _go("/sign-in")
    response = _go(local_path(request.query_params.get("next", "/")))
    _set_cookie(deps, response, token)
    return response


async def leave(request: Request) -> Response:
    """Clear the session cookie. The session itself was ended before."""
    if is_foreign(request):
        return PlainTextResponse("Please sign out on this site itself.", status_code=403)
    response = _go("/sign-in")
    response.delete_cookie(cookie_name(current().settings), path="/")
    return response


def _go(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def _address(request: Request, *, hops: int) -> str:
    forwarded = [a.strip() for a in request.headers.get("x-forwarded-for", "").split(",")]
    if hops and len(forwarded) >= hops and forwarded[-hops]:
        return forwarded[-hops]
    return request.client.host if request.client else ""


def _set_cookie(deps: Deps, response: Response, token: str) -> None:
    settings = deps.settings
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=settings.session_ttl_d * 24 * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=urlsplit(settings.public_url).scheme == "https",
    )


routes = [Route("/session/enter", enter), Route("/session/leave", leave)]
