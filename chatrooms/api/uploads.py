"""Routes that take in files: written to disk as they are read from the browser, never whole in
memory, and stopped as soon as they are too large."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.api.same_site import is_foreign_script
from chatrooms.bootstrap import Deps
from chatrooms.domain import errors
from chatrooms.live.message_rows import file_size
from chatrooms.live.offload import off_loop
from chatrooms.services import files, messages, profiles, upload_limits

_WRITE_BYTES = 256 * 1024
_LIMIT_S = 900.0
"""How long one upload may take."""
_AT_ONCE = 2
"""How many pictures a process unpacks at once: they take memory and threads from everybody."""
NAME_HEADER = "x-file-name"
_TakeIn = Callable[[Request, Deps, int], Awaitable[Response]]


async def limits(request: Request) -> Response:
    """What may be uploaded, so that the page need not send what would be refused."""
    deps = deps_of(request)
    try:
        await actor_id_of(request, deps)
    except errors.NotSignedIn as error:
        return refusal(error)
    body = {"max_bytes": upload_limits.max_bytes(deps), "max_files": messages.MAX_FILES}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


async def upload(request: Request) -> Response:
    """Take in the request's body as a file for a message in `room`; answers with its token.

    The name comes percent-encoded in a header of our own, which no form of another site can send.
    """
    return await _guarded(request, _take_file)


async def upload_avatar(request: Request) -> Response:
    """Take in the request's body as the picture of whoever sends it."""
    return await _guarded(request, _take_avatar)


async def _guarded(request: Request, take_in: _TakeIn) -> Response:
    deps = deps_of(request)
    if is_foreign_script(request, deps.settings) or NAME_HEADER not in request.headers:
        return PlainTextResponse("Please upload files on this site itself.", status_code=403)
    try:
        actor_id = await actor_id_of(request, deps)
        if _number(request.headers.get("content-length")) > upload_limits.max_bytes(deps):
            raise upload_limits.too_large(deps)
        return await take_in(request, deps, actor_id)
    except errors.ChatError as error:
        return refusal(error)


async def _take_file(request: Request, deps: Deps, actor_id: int) -> Response:
    room_id = _number(request.query_params.get("room"))
    place, file = await off_loop(files.begin_upload, deps, actor_id=actor_id, room_id=room_id)
    try:
        await _receive(request, deps, file)
        async with _turn(request):
            stored = await off_loop(
                files.finish_upload,
                deps,
                actor_id=actor_id,
                room_id=room_id,
                place=place,
                name=unquote(request.headers[NAME_HEADER]),
            )
    finally:
        await off_loop(_discard, place, file)
    body = {
        "token": stored.token,
        "name": stored.name,
        "size": file_size(stored.size),
        "is_picture": stored.width > 0,
    }
    return JSONResponse(body, status_code=201, headers={"Cache-Control": "no-store"})


async def _take_avatar(request: Request, deps: Deps, actor_id: int) -> Response:
    place, file = await off_loop(profiles.begin_avatar, deps, actor_id=actor_id)
    try:
        await _receive(request, deps, file)
        async with _turn(request):
            token = await off_loop(profiles.set_avatar, deps, actor_id=actor_id, place=place)
    finally:
        await off_loop(_discard, place, file)
    return JSONResponse({"token": token}, status_code=201, headers={"Cache-Control": "no-store"})


def _turn(request: Request) -> asyncio.Semaphore:
    turn: asyncio.Semaphore | None = getattr(request.app.state, "turn", None)
    if turn is None:
        turn = request.app.state.turn = asyncio.Semaphore(_AT_ONCE)
    return turn


async def _receive(request: Request, deps: Deps, file: BinaryIO) -> None:
    """Write the body to the file as it comes; stops as soon as it is too large."""
    size, waiting = 0, bytearray()
    try:
        async with asyncio.timeout(_LIMIT_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > upload_limits.max_bytes(deps):
                    raise upload_limits.too_large(deps)
                waiting += chunk
                if len(waiting) >= _WRITE_BYTES:
                    await off_loop(file.write, bytes(waiting))
                    waiting.clear()
    except TimeoutError as error:
        raise errors.InvalidInput("This upload took too long.") from error
    except ClientDisconnect as error:
        # Cancelled, or the network went: nobody reads the answer.
        raise errors.InvalidInput("This upload was cut off.") from error
    await off_loop(file.write, bytes(waiting))
    await off_loop(file.close)


def _discard(place: Path, file: BinaryIO) -> None:
    # What was stored lies elsewhere by now.
    file.close()
    place.unlink(missing_ok=True)


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() else 0


routes = [
    Route("/files", upload, methods=["POST"]),
    Route("/files", limits),
    Route("/avatar", upload_avatar, methods=["POST"]),
]
