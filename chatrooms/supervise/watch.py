"""Notices children that die, says so, and gives up on one that keeps dying."""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from pathlib import Path

from chatrooms.domain.startup import CannotStart
from chatrooms.supervise.supervisord import ChildStatus, end_group

MAX_DEATHS = 5
DEATHS_WINDOW_S = 120.0
TAIL_LINES = 12
TAIL_BYTES = 8_192


class Watch:
    """Compares what supervisord says now with what it said before."""

    def __init__(
        self,
        say: Callable[[str], None],
        log_of: Callable[[str], Path],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._log_of = log_of
        self._clock = clock
        self._pids: dict[str, int] = {}
        self._deaths: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=MAX_DEATHS))

    def look(self, statuses: Sequence[ChildStatus]) -> None:
        """Report every death since the last look. Raises CannotStart for a child given up."""
        for status in statuses:
            before = self._pids.get(status.name, 0)
            if before and status.pid != before:
                self._report(status, before)
            if status.state == "FATAL":
                raise self._given_up(status, "it cannot stay up")
            self._pids[status.name] = status.pid

    def _report(self, status: ChildStatus, pid: int) -> None:
        end_group(pid)
        self._say(f"{status.name} stopped unexpectedly (process {pid}); restarting it")
        deaths = self._deaths[status.name]
        deaths.append(self._clock())
        if len(deaths) == MAX_DEATHS and deaths[-1] - deaths[0] < DEATHS_WINDOW_S:
            raise self._given_up(status, f"it died {MAX_DEATHS} times in {DEATHS_WINDOW_S:.0f} s")

    def _given_up(self, status: ChildStatus, reason: str) -> CannotStart:
        log = self._log_of(status.name)
        text = f"{status.name} keeps dying: {reason} (last exit status {status.exit_status})."
        lines = tail(log)
        if not lines:
            return CannotStart(f"{text} It wrote nothing to {log}.")
        return CannotStart("\n  | ".join([f"{text} The end of {log}:", *lines]))


def tail(log: Path, *, lines: int = TAIL_LINES) -> list[str]:
    """The last lines of a log file that are not blank; none if there is no file."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()][-lines:]
