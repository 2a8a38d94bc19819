"""The route that hands out a room's statistics as a file, to those who may read them."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.api.same_site import is_foreign
from chatrooms.domain import errors
from chatrooms.live.offload import off_loop
from chatrooms.services.statistics.export import Table, export_statistics

PATH = "/statistics/{slug}/{table}.csv"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def export(request: Request) -> Response:
    """One table of the room's statistics, as CSV. `days` and `zone` are those of its page."""
    if is_foreign(request):
        return PlainTextResponse(
            "Please export the statistics on this site itself.", status_code=403
        )
    deps = deps_of(request)
    asked = request.query_params
    try:
        actor_id = await actor_id_of(request, deps)
        table = _table(request.path_params["table"])
        text = await off_loop(
            export_statistics,
            deps,
            actor_id=actor_id,
            slug=request.path_params["slug"],
            table=table,
            days=_number(asked.get("days", "30")),
            zone=asked.get("zone", "UTC"),
        )
    except errors.ChatError as error:
        return refusal(error)
    name = f'attachment; filename="statistics-{table.value}.csv"'
    headers = {**_HEADERS, "Content-Disposition": name}
    return Response(text, media_type="text/csv; charset=utf-8; header=present", headers=headers)


def _table(name: str) -> Table:
    try:
        return Table(name)
    except ValueError as error:
        raise errors.InvalidInput("There is no such table.") from error


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


routes = [Route(PATH, export)]
"""No page of the app has this address."""
