"""Routes for attached files: they come in as they are read from the browser, never whole in memory,
and go out only to those who may have them at that moment."""

from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from chatrooms import bootstrap
from chatrooms.api.same_site import is_foreign_script
from chatrooms.bootstrap import Deps
from chatrooms.domain import errors
from chatrooms.domain.events import Attachment
from chatrooms.live.identity import session_token
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import file_size
from chatrooms.services import files, messages, sessions, upload_limits

_WRITE_BYTES = 256 * 1024
NAME_HEADER = "x-file-name"
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
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    # Kept by the reader's own browser, which asks each time whether it may still show it.
    "Cache-Control": "private, no-cache",
}


def _deps(request: Request) -> Deps:
    given: Deps | None = getattr(request.app.state, "deps", None)
    return given or bootstrap.current()


async def _actor_id(request: Request, deps: Deps) -> int:
    token = session_token(deps.settings, request.headers.get("cookie", ""))
    if not token:
        raise errors.NotSignedIn
    return (await off_loop(sessions.get_signed_in, deps, token=token)).account_id


def _refusal(error: errors.ChatError) -> Response:
    body = {"code": error.code, "error": str(error)}
    return JSONResponse(body, _STATUS.get(type(error), 400), headers={"Cache-Control": "no-store"})


async def limits(request: Request) -> Response:
    """What may be uploaded, so that the page need not send what would be refused."""
    deps = _deps(request)
    try:
        await _actor_id(request, deps)
    except errors.NotSignedIn as error:
        return _refusal(error)
    body = {"max_bytes": upload_limits.max_bytes(deps), "max_files": messages.MAX_FILES}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


async def upload(request: Request) -> Response:
    """Take in the request's body as a file for a message in `room`; answers with its token.

    The name comes percent-encoded in a header of our own, which no form of another site can send.
    """
    deps = _deps(request)
    if is_foreign_script(request, deps.settings) or NAME_HEADER not in request.headers:
        return PlainTextResponse("Please upload files on this site itself.", status_code=403)
    try:
        return _told(await _take_in(request, deps))
    except errors.ChatError as error:
        return _refusal(error)


async def _take_in(request: Request, deps: Deps) -> Attachment:
    actor_id, room_id = await _actor_id(request, deps), _number(request.query_params.get("room"))
    if _number(request.headers.get("content-length")) > upload_limits.max_bytes(deps):
        raise upload_limits.too_large(deps)
    place, file = await off_loop(files.begin_upload, deps, actor_id=actor_id, room_id=room_id)
    try:
        await _receive(request, deps, file)
        return await off_loop(
            files.finish_upload,
            deps,
            actor_id=actor_id,
            room_id=room_id,
            place=place,
            name=unquote(request.headers[NAME_HEADER]),
        )
    finally:
        await off_loop(_discard, place, file)


async def _receive(request: Request, deps: Deps, file: BinaryIO) -> None:
    """Write the body to the file as it comes; stops as soon as it is too large."""
    size, waiting = 0, bytearray()
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > upload_limits.max_bytes(deps):
                raise upload_limits.too_large(deps)
            waiting += chunk
            if len(waiting) >= _WRITE_BYTES:
                await off_loop(file.write, bytes(waiting))
                waiting.clear()
    except ClientDisconnect as error:
        # Cancelled, or the network went: nobody reads the answer.
        raise errors.InvalidInput("This upload was cut off.") from error
    await off_loop(file.write, bytes(waiting))
    await off_loop(file.close)


def _discard(place: Path, file: BinaryIO) -> None:
    # What was stored lies elsewhere by now.
    file.close()
    place.unlink(missing_ok=True)


def _told(file: Attachment) -> Response:
    body = {
        "token": file.token,
        "name": file.name,
        "size": file_size(file.size),
        "is_picture": file.width > 0,
    }
    return JSONResponse(body, status_code=201, headers={"Cache-Control": "no-store"})


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() else 0


async def download(request: Request) -> Response:
    """The file of a token. The same answer for an absent and a hidden one."""
    return await _hand_out(request, is_thumbnail=False)


async def thumbnail(request: Request) -> Response:
    """The small version of a picture."""
    return await _hand_out(request, is_thumbnail=True)


async def _hand_out(request: Request, *, is_thumbnail: bool) -> Response:
    deps = _deps(request)
    token = request.path_params["token"]
    try:
        actor_id = await _actor_id(request, deps)
        file = await off_loop(files.open_file, deps, actor_id=actor_id, token=token)
    except errors.NotSignedIn as error:
        return _refusal(error)
    except errors.ChatError:
        return _refusal(errors.FileUnavailable())
    path = file.thumbnail if is_thumbnail else file.path
    if is_thumbnail and not await off_loop(path.is_file):
        return _refusal(errors.FileUnavailable())
    etag = f'"{file.token}{"-small" if is_thumbnail else ""}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**_HEADERS, "ETag": etag})
    return FileResponse(
        path,
        media_type="image/webp" if is_thumbnail else file.media_type,
        headers={**_HEADERS, "ETag": etag, "Content-Disposition": _disposition(file)},
    )


def _disposition(file: files.StoredFile) -> str:
    """RFC 6266 with RFC 5987: a plain name for old browsers, the real one encoded."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in file.name)
    kind = "inline" if file.is_picture else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"


routes = [
    Route("/files", upload, methods=["POST"]),
    Route("/files", limits),
    Route("/files/{token}", download),
    Route("/files/{token}/thumbnail", thumbnail),
]
