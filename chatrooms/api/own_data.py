"""The route that hands out a person's own data, to that person alone."""

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.api.same_site import is_foreign
from chatrooms.domain import errors
from chatrooms.live.offload import off_loop
from chatrooms.services.own_data import exports

PATH = "/settings/data/"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def download(request: Request) -> Response:
    """The file of the caller's export. The same answer for an absent and another's."""
    if is_foreign(request):
        return PlainTextResponse("Please get your data on this site itself.", status_code=403)
    deps = deps_of(request)
    token = request.path_params["token"]
    try:
        actor_id = await actor_id_of(request, deps)
        file = await off_loop(exports.open_export, deps, actor_id=actor_id, token=token)
    except errors.ChatError as error:
        return refusal(error)
    return FileResponse(
        file.path, filename=file.name, media_type="application/zip", headers=_HEADERS
    )


routes = [Route(PATH + "{token}.zip", download)]
