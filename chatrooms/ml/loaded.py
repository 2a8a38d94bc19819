"""The moderation model of this process, loaded when it is first asked."""

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from chatrooms.ml.errors import ModelUnusable

if TYPE_CHECKING:
    from chatrooms.ml.model import ToxicityModel

_TRY_AGAIN_S = 15.0


class Toxicity:
    """Gives the model, or says why there is none. Loading takes most of a second and is done once;
    after a failure it is tried again now and then, so a repaired file is found without a restart.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._model: ToxicityModel | None = None
        self._problem: ModelUnusable | None = None
        self._tried_at = 0.0
        self._lock = threading.Lock()

    def model(self) -> "ToxicityModel":
        """The model.

        Raises: ModelUnusable: its file is missing, altered, or made for other versions.
        """
        with self._lock:
            if self._model is not None:
                return self._model
            if self._problem is not None and time.monotonic() - self._tried_at < _TRY_AGAIN_S:
                raise self._problem
            self._tried_at = time.monotonic()
            # scikit-learn takes a second to import: only processes that judge pay for it.
            from chatrooms.ml.model import load_model

            try:
                self._model = load_model(self._path)
            except ModelUnusable as problem:
                self._problem = problem
                raise
            self._problem = None
            return self._model
