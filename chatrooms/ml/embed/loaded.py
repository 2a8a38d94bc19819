"""The embedder of this process, loaded when it is first asked."""

import threading
import time
from collections.abc import Callable

from threadpoolctl import threadpool_limits

from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.errors import ModelUnusable

_TRY_AGAIN_S = 15.0


class Embedding:
    """Gives the embedder, or says why there is none. After a failure it is tried again now and
    then, so that repaired weights are found without a restart."""

    def __init__(
        self,
        *,
        key: Callable[[], str],
        make: Callable[[], Embedder],
        runs_on: Callable[[], str] = lambda: "",
    ) -> None:
        self._key = key
        self._runs_on = runs_on
        self._make = make
        self._embedder: Embedder | None = None
        self._problem: ModelUnusable | None = None
        self._tried_at = 0.0
        self._lock = threading.Lock()

    @property
    def key(self) -> str:
        """The embedder's key. Nothing is loaded for it."""
        return self._key()

    @property
    def runs_on(self) -> str:
        """What computes its vectors, where there is a choice. Nothing is loaded for it."""
        return self._runs_on()

    @property
    def loaded(self) -> Embedder | None:
        """The embedder, if it is there already. Waits for nothing."""
        return self._embedder

    def embedder(self) -> Embedder:
        """The embedder.

        Raises: ModelUnusable: its weights are missing or are not the published ones.
        """
        with self._lock:
            if self._embedder is not None:
                return self._embedder
            if self._problem is not None and time.monotonic() - self._tried_at < _TRY_AGAIN_S:
                raise self._problem
            self._tried_at = time.monotonic()
            # More threads than one would take cores that judge and deliver messages, and on a busy
            # machine spend their time waiting for each other.
            threadpool_limits(1)
            try:
                self._embedder = self._make()
            except ModelUnusable as problem:
                self._problem = problem
                raise
            self._problem = None
            return self._embedder
