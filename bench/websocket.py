"""A WebSocket client that costs next to nothing, so that hundreds of them leave the machine to the
server that is measured."""

import asyncio
import base64
import os
from collections.abc import Mapping
from typing import cast

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_FINAL = 0x80
_MASKED = 0x80
_NO_MASK = bytes(4)
"""Clients must mask what they send; a mask of zeros leaves it as it is."""


class WebSocketRefused(Exception):
    """The server did not accept the connection."""


class WebSocketClient(asyncio.Protocol):
    """One connection. Subclasses take what arrives in `text_received`."""

    def __init__(self) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._parts: list[bytes] = []
        self._is_open = False

    def text_received(self, payload: bytes) -> None:
        """Take one whole message."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits for an answer or for the end."""
        if not self.opened.done():
            self.opened.set_exception(WebSocketRefused("the connection was closed"))
        if not self.closed.done():
            self.closed.set_result(None)

    def write(self, data: bytes) -> None:
        """Write raw bytes, unless the connection is gone."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def send(self, payload: bytes, opcode: int = _TEXT) -> None:
        """Send one message as one frame."""
        self.write(_header(opcode, len(payload)) + _NO_MASK + payload)

    def close(self) -> None:
        """Say goodbye and hang up."""
        self.send(b"", _CLOSE)
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Cut what arrived into frames."""
        buffer = self._buffer + data if self._buffer else data
        start = 0 if self._is_open else self._shake_hands(buffer)
        while start >= 0:
            frame = _frame(buffer, start)
            if frame is None:
                break
            first, body, end = frame
            self._take(first, buffer[body:end])
            start = end
        self._buffer = buffer[max(start, 0) :]

    def _shake_hands(self, buffer: bytes) -> int:
        head, found, _ = buffer.partition(b"\r\n\r\n")
        if not found:
            return -1
        status = head.split(b"\r\n", 1)[0].decode()
        if " 101 " in status:
            self._is_open = True
            self.opened.set_result(None)
        elif not self.opened.done():
            self.opened.set_exception(WebSocketRefused(status))
        return len(head) + 4

    def _take(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode == _PING:
            self.send(payload, _PONG)
        elif opcode == _CLOSE:
            self.close()
        elif opcode != _PONG:
            if first & _FINAL and not self._parts:
                self.text_received(payload)
                return
            self._parts.append(payload)
            if first & _FINAL:
                whole, self._parts = b"".join(self._parts), []
                self.text_received(whole)


async def open_websocket(
    client: WebSocketClient, *, port: int, target: str, headers: Mapping[str, str]
) -> None:
    """Connect `client` to a server on this machine.

    Raises: WebSocketRefused, OSError.
    """
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: client, "127.0.0.1", port)
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: localhost:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    client.write("\r\n".join([*lines, "", ""]).encode())
    await client.opened


def _header(opcode: int, length: int) -> bytes:
    if length < 126:
        return bytes((_FINAL | opcode, _MASKED | length))
    if length < 65_536:
        return bytes((_FINAL | opcode, _MASKED | 126)) + length.to_bytes(2, "big")
    return bytes((_FINAL | opcode, _MASKED | 127)) + length.to_bytes(8, "big")


def _frame(buffer: bytes, start: int) -> tuple[int, int, int] | None:
    """First byte, begin and end of the payload of the frame at `start`, if it is all there."""
    body = start + 2
    if len(buffer) < body:
        return None
    length = buffer[start + 1] & 0x7F
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(buffer) < body + size:
            return None
        length = int.from_bytes(buffer[body : body + size], "big")
        body += size
    end = body + length
    return (buffer[start], body, end) if len(buffer) >= end else None
