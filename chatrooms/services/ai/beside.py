"""Has a thread wait for the database while this one computes: whoever asked waits for the longer of
the two instead of for both."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from typing import TypeVar

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="beside")
T = TypeVar("T")


@contextmanager
def beside(call: Callable[[], T]) -> Iterator[Future[T]]:
    """`call` at work in a thread of its own while the block runs; it has ended when the block
    has, whatever happened in either."""
    future = _THREADS.submit(copy_context().run, call)
    try:
        yield future
    finally:
        wait([future])
