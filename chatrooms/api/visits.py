"""The route by which a page that is being closed tells how long a room was looked at: nothing that
it puts on its socket then is sure to be sent."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.api.same_site import is_foreign_script
from chatrooms.domain import errors
from chatrooms.live.offload import off_loop
from chatrooms.services import closing_visits

PATH = "/visits/end"
HEADER = "x-visit"
"""Of our own: no form of another site can send it."""


async def end(request: Request) -> Response:
    """Store the last `seconds` that the caller spent in `room`, both in the address."""
    deps = deps_of(request)
    if is_foreign_script(request, deps.settings) or HEADER not in request.headers:
        return PlainTextResponse("Please spend time on this site itself.", status_code=403)
    try:
        actor_id = await actor_id_of(request, deps)
        await off_loop(
            closing_visits.end_visit,
            deps,
            actor_id=actor_id,
            room_id=_number(request.query_params.get("room", "")),
            seconds=_number(request.query_params.get("seconds", "")),
        )
    except errors.ChatError as error:
        return refusal(error)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


routes = [Route(PATH, end, methods=["POST"])]
