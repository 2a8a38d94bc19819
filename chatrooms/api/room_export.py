"""The route that hands a room's messages to its owners, as a file that `import-log` reads."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.api.same_site import is_foreign
from chatrooms.bootstrap import Deps
from chatrooms.domain import errors
from chatrooms.live.offload import off_loop
from chatrooms.services import room_export

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def export(request: Request) -> Response:
    """The room's messages as JSON Lines."""
    if is_foreign(request):
        return PlainTextResponse("Please export the room on this site itself.", status_code=403)
    deps, slug = deps_of(request), request.path_params["slug"]
    try:
        actor_id = await actor_id_of(request, deps)
        room_id = await off_loop(room_export.begin_export, deps, actor_id=actor_id, slug=slug)
    except errors.ChatError as error:
        return refusal(error)
    return StreamingResponse(
        _pieces(deps, actor_id, room_id),
        media_type="application/jsonl; charset=utf-8",
        headers={**_HEADERS, "Content-Disposition": f'attachment; filename="{slug}.jsonl"'},
    )


async def _pieces(deps: Deps, actor_id: int, room_id: int) -> AsyncIterator[bytes]:
    """The file piece by piece, so that memory holds one of them. Whoever loses the right meanwhile
    gets an answer that breaks off, which browsers report as failed."""
    after: int | None = 0
    while after is not None:
        piece = await off_loop(
            room_export.export_piece, deps, actor_id=actor_id, room_id=room_id, after=after
        )
        yield piece.lines.encode()
        after = piece.after


routes = [Route("/rooms/{slug}/messages.jsonl", export)]
"""No page of the app has this address."""
