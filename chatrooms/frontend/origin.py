"""Makes built pages talk to the address they were loaded from.

A build bakes the server's address into its JavaScript. It is built for a placeholder instead, and
each occurrence is replaced by an expression the browser evaluates: its own origin. So one build
serves every port, host name and TLS proxy.
"""

import re
from pathlib import Path

# The top-level domain `invalid` never resolves (RFC 2606), so a forgotten one fails loudly.
PLACEHOLDER_HOST = "same-origin.invalid"
PLACEHOLDER_URL = f"http://{PLACEHOLDER_HOST}"

_LITERAL = re.compile(
    r"""(?P<quote>["'`])(?P<scheme>http|ws)s?://same-origin\.invalid(?P<path>[^"'`\\$]*)(?P=quote)"""
)
# Pages drop the port of an address on these hosts when loaded over TLS, which would break a TLS
# proxy on this machine; the origin needs no such correction.
_LOCAL_HOSTS = re.compile(
    r"""\[(["'`])localhost\1,\s*(["'`])0\.0\.0\.0\2,\s*(["'`])::\3,\s*(["'`])0:0:0:0:0:0:0:0\4\]"""
)


class OriginNotFound(Exception):
    """The build looks different from what is known here, so its address cannot be replaced."""


def use_browser_origin(script: str) -> tuple[str, int]:
    """The script with every placeholder address as an expression, and how many there were."""
    return _LITERAL.subn(_expression, script)


def keep_port_on_local_hosts(script: str) -> tuple[str, int]:
    """The script with an empty list of hosts to correct addresses on, and how many there were."""
    return _LOCAL_HOSTS.subn("[]", script)


def rewrite_build(static_dir: Path) -> int:
    """Rewrite all scripts below `static_dir` in place; gives the number of addresses replaced.

    Raises OriginNotFound if there was none, or if something is left in a form that is not known.
    """
    addresses = lists = 0
    for file in sorted(static_dir.rglob("*.js")):
        before = file.read_text(encoding="utf-8")
        script, found = use_browser_origin(before)
        script, corrections = keep_port_on_local_hosts(script)
        if PLACEHOLDER_HOST in script:
            raise OriginNotFound(f"{file.name} holds the build's address in an unknown form.")
        if script != before:
            file.write_text(script, encoding="utf-8")
        addresses, lists = addresses + found, lists + corrections
    if not addresses or not lists:
        raise OriginNotFound("The built scripts hold no server address to replace.")
    return addresses


def _expression(match: re.Match[str]) -> str:
    quote, path = match["quote"], match["path"]
    origin = "window.location.origin"
    if match["scheme"] == "ws":
        origin += f".replace(/^http/,{quote}ws{quote})"
    return f"({origin}+{quote}{path}{quote})"
