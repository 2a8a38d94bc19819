"""What processes consume."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

KIB = 1024


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """CPU time that each named process and its descendants have used until now, in seconds."""
    return {name: sum(map(_cpu, family(pid))) for name, pid in pids.items()}


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a group of processes, in bytes."""

    pss: int
    uss: int


def memory(pid: int) -> Memory:
    """Of a process and its descendants: shared pages by their share, and unshared alone."""
    found = [_memory(process) for process in family(pid)]
    return Memory(sum(each.pss for each in found), sum(each.uss for each in found))


def _memory(process: psutil.Process) -> Memory:
    with suppress(psutil.NoSuchProcess):
        full = process.memory_full_info()
        return Memory(full.pss, full.uss)
    return Memory(0, 0)


def only(pids: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """Those of the named processes."""
    return {name: pids[name] for name in names if name in pids}
