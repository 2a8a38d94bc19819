"""The moderation model of this process, loaded when it is first asked."""

import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from chatrooms.ml.errors import ModelUnusable

if TYPE_CHECKING:
    from chatrooms.ml.correction import Correction
    from chatrooms.ml.model import ToxicityModel

_TRY_AGAIN_S = 15.0
_MAX_CORRECTIONS = 256


class Corrections:
    """The corrections of rooms that this process used last, by id. One never changes."""

    def __init__(self) -> None:
        self._found: OrderedDict[int, Correction] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, correction_id: int) -> "Correction | None":
        """The correction, if it is here."""
        with self._lock:
            found = self._found.get(correction_id)
            if found is not None:
                self._found.move_to_end(correction_id)
            return found

    def put(self, correction_id: int, correction: "Correction") -> None:
        """Keep it, and forget the one that was not used for longest if there are many."""
        with self._lock:
            self._found[correction_id] = correction
            while len(self._found) > _MAX_CORRECTIONS:
                self._found.popitem(last=False)


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
