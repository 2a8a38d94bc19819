"""Redirects stay at the address the browser used."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from chatrooms.api.redirects import RelativeRedirects, without_own_host


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://chat.example/rooms/", "/rooms/"),
        ("https://chat.example", "/"),
        ("http://chat.example/a?b=c#d", "/a?b=c#d"),
        ("https://other.example/rooms/", "https://other.example/rooms/"),
        ("http://chat.example:81/rooms/", "http://chat.example:81/rooms/"),
        ("http://chat.example//other.example/", "http://chat.example//other.example/"),
        ("/rooms/", "/rooms/"),
    ],
)
def test_only_the_own_host_is_left_out(location: str, expected: str) -> None:
    assert without_own_host(location, "chat.example") == expected


async def test_responses_pass_and_redirects_lose_the_scheme() -> None:
    app = Starlette(
        routes=[
            Route("/here", lambda _: PlainTextResponse("here")),
            Route("/there", lambda _: RedirectResponse("http://chat.example/here")),
        ]
    )
    transport = httpx.ASGITransport(RelativeRedirects(app))
    async with httpx.AsyncClient(transport=transport, base_url="https://chat.example") as client:
        assert (await client.get("/here")).text == "here"
        assert (await client.get("/there")).headers["location"] == "/here"
        assert (await client.get("/there", follow_redirects=True)).url.scheme == "https"
