"""Runs blocking work off the event loop, in a bounded pool of threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache, partial
from typing import ParamSpec, TypeVar

from chatrooms.settings import get_settings

P = ParamSpec("P")
T = TypeVar("T")


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(get_settings().off_loop_threads, thread_name_prefix="off-loop")


async def off_loop(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What the blocking `function` returns or raises, without holding up the event loop.

    For work of up to about a second; what takes longer is a task for the worker.
    """
    loop = asyncio.get_running_loop()
    call = partial(copy_context().run, partial(function, *args, **kwargs))
    return await loop.run_in_executor(_pool(), call)
