"""Turns the signals that ask an instance to stop into an exception, once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody asked the instance to stop."""


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Within the block the first stop signal raises StopRequested; later ones are ignored, so
    that an impatient second Ctrl-C does not cut an orderly stop short."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise StopRequested

    before = {each: signal.signal(each, stop) for each in STOP_SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
