"""The environment that the child processes of an instance get."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from chatrooms.supervise.places import PROJECT, Places

REFLEX = {
    "REFLEX_ENV_MODE": "prod",
    "REFLEX_USE_GRANIAN": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    # A dead connection is noticed after the sum of both.
    "REFLEX_SOCKET_INTERVAL": "10s",
    "REFLEX_SOCKET_TIMEOUT": "20s",
    # The pages are built before; serving only mounts them.
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
}
# glibc keeps a heap per thread otherwise, and each of them holds on to the memory of its busiest
# moment: with a thousand tabs that is the larger half of what a tab costs.
MALLOC = {"MALLOC_ARENA_MAX": "2"}
# Processes share the processors already. Threads of one multiplication wait for each other: on a
# busy machine embedding one question took 400 ms of both processors instead of 10 of one.
BLAS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
CHROMA = {"ANONYMIZED_TELEMETRY": "False"}


def child_environ(
    base: Mapping[str, str], places: Places, *, urls: Mapping[str, str], public_url: str
) -> dict[str, str]:
    """`base` with the addresses and folders of this instance, and no Reflex setting of elsewhere.

    Web, worker and tools read the same `chatrooms.settings` from it.
    """
    kept = {name: value for name, value in base.items() if "REFLEX_" not in name}
    path = os.pathsep.join([str(Path(sys.executable).parent), base.get("PATH", os.defpath)])
    return {
        **kept,
        **REFLEX,
        **CHROMA,
        **MALLOC,
        **BLAS,
        **urls,
        "PATH": path,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), base.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
        "DATA_DIR": str(places.data),
        "PUBLIC_URL": public_url,
        "PROMETHEUS_MULTIPROC_DIR": str(places.metrics),
    }
