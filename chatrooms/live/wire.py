"""Writes room state straight onto sockets, in the protocol that Reflex's pages already read.

A page's socket expects Socket.IO events named "event" that carry `{"delta": {...}}`. One encoded
packet is put on the queue of every socket concerned: no state is loaded, no task is made per
person, nothing is encoded twice. What a socket is sent keeps its order.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engineio.packet import MESSAGE, Packet
from reflex_base.constants.state import FIELD_MARKER
from socketio import AsyncServer

NAMESPACE = "/_event"
MAX_WAITING = 200
"""Packets that may wait for a slow socket before it is left out and sent a snapshot later."""


class SocketGone(Exception):
    """The connection that an event came in on is gone. There is nobody to answer: the tab's next
    connection loads everything anew."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where one tab's socket is: its Socket.IO id and the transport's below it."""

    sid: str
    transport_id: str


def encode(value: Any) -> str:
    """A value as compact JSON; dataclasses as objects."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=asdict)


def encode_list(items: Iterable[str]) -> str:
    """A JSON array of values that are JSON already."""
    return f"[{','.join(items)}]"


class Wire:
    """The sockets of this process."""

    def __init__(
        self, sio: AsyncServer, *, state_name: str, reader_name: str, answer_name: str
    ) -> None:
        """`state_name` is the full name of the state class that holds what a room's screens share,
        `reader_name` of the one that holds what is the reader's alone, and `answer_name` of the one
        that holds what the assistant is writing for the reader: it changes so often that nothing
        else on the page should have to look at it."""
        # Both packages leave these untyped.
        self._manager: Any = sio.manager
        self._sockets: Any = sio.eio.sockets
        self._state = encode(state_name)
        self._reader = encode(reader_name)
        self._answer = encode(answer_name)

    def find(self, sid: str) -> Address | None:
        """Where the socket with this id is, or None if it is gone."""
        transport_id: str | None = self._manager.eio_sid_from_sid(sid, NAMESPACE)
        return Address(sid, transport_id) if transport_id else None

    def is_open(self, address: Address) -> bool:
        """Whether the socket is still connected."""
        socket: Any = self._sockets.get(address.transport_id)
        return socket is not None and not socket.closed

    def vars(
        self,
        values: Mapping[str, str],
        reader: Mapping[str, str] | None = None,
        answer: Mapping[str, str] | None = None,
    ) -> Packet:
        """A packet that sets vars, given by name as JSON: those of the room, the reader's, and
        those of what the assistant is writing."""
        states = [(self._state, values), (self._reader, reader or {}), (self._answer, answer or {})]
        parts = ",".join(f"{name}:{_fields(each)}" for name, each in states if each)
        return _packet(f'{{"delta":{{{parts}}}}}')

    def events(self, names: Iterable[str], payload: Mapping[str, Any] | None = None) -> Packet:
        """A packet that has the page send these events, by full handler name, with that payload."""
        events = [{"name": name, "payload": payload or {}} for name in names]
        return _packet(encode({"events": events}))

    def send(self, address: Address, packet: Packet, *, in_any_case: bool = False) -> bool:
        """Put a packet on a socket's queue; False if the socket is gone or far behind.

        `in_any_case` is for what takes a screen away: it also waits behind a full queue.
        """
        socket: Any = self._sockets.get(address.transport_id)
        if socket is None or socket.closed:
            return False
        if socket.queue.qsize() >= MAX_WAITING and not in_any_case:
            return False
        socket.queue.put_nowait(packet)
        return True


def _fields(values: Mapping[str, str]) -> str:
    fields = (f"{encode(name + FIELD_MARKER)}:{value}" for name, value in values.items())
    return f"{{{','.join(fields)}}}"


def _packet(update: str) -> Packet:
    return Packet(MESSAGE, f'2{NAMESPACE},["event",{update}]')
