"""The configuration file that supervisord reads."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from chatrooms.supervise.children import Child
from chatrooms.supervise.places import PROJECT, Places

# A process that ends sooner than this after its start counts as one that could not start.
START_S = 5
START_RETRIES = 3
LOG_BYTES = 10_000_000
LOG_BACKUPS = 3


def control_socket(places: Places) -> Path:
    """Where supervisord takes orders."""
    return places.run / "supervisord.sock"


def child_log(places: Places, name: str) -> Path:
    """Where the output of one child goes."""
    return places.logs / f"{name}.log"


def render(places: Places, children: Iterable[Child]) -> str:
    """The text of the file. Nothing starts by itself: the controller gives the order."""
    sections = [_supervisord(places), _control(places), *(_program(places, c) for c in children)]
    return "\n\n".join(_section(title, options) for title, options in sections) + "\n"


def _supervisord(places: Places) -> tuple[str, dict[str, object]]:
    options: dict[str, object] = {
        "nodaemon": "true",
        "silent": "true",
        "umask": "077",
        "logfile": places.logs / "supervisord.log",
        "logfile_maxbytes": LOG_BYTES,
        "logfile_backups": LOG_BACKUPS,
        "pidfile": places.run / "supervisord.pid",
        "childlogdir": places.logs,
    }
    if os.geteuid() == 0:
        options["user"] = "root"
    return "supervisord", options


def _control(places: Places) -> tuple[str, dict[str, object]]:
    return "unix_http_server", {"file": control_socket(places), "chmod": "0700"}


def _program(places: Places, child: Child) -> tuple[str, dict[str, object]]:
    return f"program:{child.name}", {
        "command": shlex.join(child.command),
        "directory": PROJECT,
        "priority": child.stop_rank,
        "autostart": "false",
        "autorestart": "true",
        "startsecs": START_S,
        "startretries": START_RETRIES,
        "stopsignal": child.stop_signal,
        "stopwaitsecs": child.stop_wait_s,
        "killasgroup": "true",
        "redirect_stderr": "true",
        # supervisord expands this option twice, all others once.
        "stdout_logfile": str(child_log(places, child.name)).replace("%", "%%"),
        "stdout_logfile_maxbytes": LOG_BYTES,
        "stdout_logfile_backups": LOG_BACKUPS,
    }


def _section(title: str, options: dict[str, object]) -> str:
    lines = [f"{name}={str(value).replace('%', '%%')}" for name, value in options.items()]
    if title == "unix_http_server":
        factory = "supervisor.rpcinterface:make_main_rpcinterface"
        lines += ["", "[rpcinterface:supervisor]", f"supervisor.rpcinterface_factory={factory}"]
    return "\n".join([f"[{title}]", *lines])
