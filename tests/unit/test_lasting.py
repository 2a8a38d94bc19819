"""What never changes is kept by browsers, and nothing else is."""

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chatrooms.api.lasting import LASTING, LastingAssets


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("here", status_code=int(request.query_params.get("status", 200)))


async def test_only_assets_that_are_there_are_kept() -> None:
    app = LastingAssets(Starlette(routes=[Route("/{path:path}", answer)]))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        kept = {
            path: (await client.get(path)).headers.get("cache-control")
            for path in (
                "/assets/room-a1b2c3.js",
                "/assets/room-a1b2c3.js?status=304",
                "/assets/gone.js?status=404",
                "/js/visits.js",
                "/rooms/assets/",
            )
        }
    assert [path for path, value in kept.items() if value == LASTING] == list(kept)[:2]
    assert {kept[path] for path in list(kept)[2:]} == {None}
