"""The address the web processes listen on: whether it is free, and whether they answer."""

import errno
import os
import socket
import urllib.error
import urllib.request

from chatrooms.domain.startup import CannotStart

TIMEOUT_S = 2
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def check_port_free(host: str, port: int) -> None:
    """Raises CannotStart if nobody could listen on that address now."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A connection closed a moment ago does not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotStart(_reason(host, port, error)) from error


def answers(host: str, port: int) -> bool:
    """Whether a web process answers there."""
    host = ANY_ADDRESS.get(host, host)
    host = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/ping", timeout=TIMEOUT_S) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is already in use. Choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system. Choose one above 1023 with --port."
    reason = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)
    return f"Cannot listen on {host}, port {port}: {reason}."
