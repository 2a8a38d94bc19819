"""The route that hands out the moderation log as a file, to those who may read it."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.api.same_site import is_foreign
from chatrooms.bootstrap import Deps
from chatrooms.domain import errors
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import log_export
from chatrooms.services.moderation.log_filter import LogFilter, read_filter

PATH = "/moderation/log.csv"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Disposition": 'attachment; filename="moderation-log.csv"',
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def export(request: Request) -> Response:
    """The log, narrowed by the same parameters as its page, as CSV."""
    if is_foreign(request):
        return PlainTextResponse("Please export the log on this site itself.", status_code=403)
    deps = deps_of(request)
    try:
        actor_id = await actor_id_of(request, deps)
        wanted = read_filter(request.query_params)
        head = await off_loop(log_export.begin_export, deps, actor_id=actor_id)
    except errors.ChatError as error:
        return refusal(error)
    return StreamingResponse(
        _pieces(deps, actor_id, wanted, head),
        media_type="text/csv; charset=utf-8; header=present",
        headers=_HEADERS,
    )


async def _pieces(deps: Deps, actor_id: int, wanted: LogFilter, head: str) -> AsyncIterator[bytes]:
    """The file piece by piece, so that memory holds one of them. Whoever loses the right meanwhile
    gets an answer that breaks off, which browsers report as failed."""
    yield head.encode()
    after = None
    while True:
        piece = await off_loop(
            log_export.export_piece, deps, actor_id=actor_id, wanted=wanted, after=after
        )
        yield piece.lines.encode()
        after = piece.after
        if after is None:
            return


routes = [Route(PATH, export)]
"""No page of the app has this address."""
