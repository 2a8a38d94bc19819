"""Routes that hand out files, to those alone who may have them at that moment."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from chatrooms.api.asked import actor_id_of, deps_of, refusal
from chatrooms.domain import errors
from chatrooms.live.offload import off_loop
from chatrooms.services import files

_CACHE = "private, no-cache"
"""Kept by the reader's own browser, which asks each time whether it may still show it."""
_AVATAR_CACHE = "private, max-age=86400, immutable"
"""Everybody who is signed in may see it, and another picture has another address."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def download(request: Request) -> Response:
    """The file of a token. The same answer for an absent and a hidden one."""
    return await _hand_out(request, is_thumbnail=False)


async def thumbnail(request: Request) -> Response:
    """The small version of a picture."""
    return await _hand_out(request, is_thumbnail=True)


async def _hand_out(request: Request, *, is_thumbnail: bool) -> Response:
    deps = deps_of(request)
    token = request.path_params["token"]
    try:
        actor_id = await actor_id_of(request, deps)
        file = await off_loop(files.open_file, deps, actor_id=actor_id, token=token)
    except errors.NotSignedIn as error:
        return refusal(error)
    except errors.ChatError:
        return refusal(errors.FileUnavailable())
    path = file.thumbnail if is_thumbnail else file.path
    if is_thumbnail and not await off_loop(path.is_file):
        return refusal(errors.FileUnavailable())
    headers = {**_HEADERS, "Cache-Control": _AVATAR_CACHE if file.is_avatar else _CACHE}
    etag = f'"{file.token}{"-small" if is_thumbnail else ""}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**headers, "ETag": etag})
    return FileResponse(
        path,
        media_type="image/webp" if is_thumbnail else file.media_type,
        headers={**headers, "ETag": etag, "Content-Disposition": _disposition(file)},
    )


def _disposition(file: files.StoredFile) -> str:
    """RFC 6266 with RFC 5987: a plain name for old browsers, the real one encoded."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in file.name)
    kind = "inline" if file.is_picture else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"


routes = [
    Route("/files/{token}", download),
    Route("/files/{token}/thumbnail", thumbnail),
]
