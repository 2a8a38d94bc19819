"""Shows a person what is being written, while it is written: at most twenty times a second, less
often while a process writes for many, the last of it always."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Progress
from chatrooms.domain.errors import ChatError, SourcesChanged
from chatrooms.domain.published import published
from chatrooms.services.ai import answering, streaming
from chatrooms.services.ai.answering import RunningTurn
from chatrooms.services.ai.calls import Call

log = structlog.get_logger(__name__)

GAP_S = 0.05
"""Between two updates, at least."""
_UPDATES_PER_S = 30 * (os.cpu_count() or 1)
"""How often one process shows something, of all that it writes: each update is work for a web
process and a browser too, and whoever waits for a first word waits behind it."""
_LOOK_S = 1.0
"""How often a turn looks whether it may go on, also while the model is silent."""


class TakenElsewhere(Exception):
    """Another worker carries out this attempt."""


class Halted(Exception):
    """Nobody waits for the rest: the turn was stopped, begun anew, or the person lost the room."""


class HandedBack(Exception):
    """This worker ends; another one begins the turn anew."""


class _Pace:
    """How often those who write in this process may show something: each the rarer, the more they
    are."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writing = 0

    def join(self) -> None:
        """One more writes."""
        with self._lock:
            self._writing += 1

    def leave(self) -> None:
        """One writes no more."""
        with self._lock:
            self._writing -= 1

    @property
    def gap_s(self) -> float:
        """Between two updates of one of them."""
        return max(GAP_S, self._writing / _UPDATES_PER_S)


_PACE = _Pace()


class Writing:
    """What is written for one turn. Used by the thread that reads the model; a second one tells
    what came last before a pause, renews the lease, and looks whether anybody still waits."""

    def __init__(
        self, deps: Deps, turn: RunningTurn, *, is_ending: Callable[[], bool] = lambda: False
    ) -> None:
        """`is_ending` tells whether this worker is to stop."""
        self._deps = deps
        self._turn = turn
        self._call = turn.call
        self._is_ending = is_ending
        self._holder = deps.ids.token()
        self._lock = threading.Lock()
        self._news, self._over, self._halted = (threading.Event() for _ in range(3))
        self._keeper = threading.Thread(target=self._keep, daemon=True, name=f"turn-{turn.id}")
        self._is_outdated = False
        self._number = 0
        self._sent_at = float("-inf")
        self._is_told = True
        self.text = ""
        """All that was shown."""
        self.sources: tuple[int, ...] = ()
        """Ids of the messages cited in it."""
        self.is_posted = False
        """Whether a message took its place: then that is what screens show instead."""

    def __enter__(self) -> Self:
        """Raises: TakenElsewhere; RedisError."""
        if not streaming.take_lease(self._deps, self._turn.key, holder=self._holder):
            raise TakenElsewhere
        if self._call is not None:
            self._tell()
        _PACE.join()
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _PACE.leave()
        self._over.set()
        self._news.set()
        self._keeper.join()
        if self._call is not None and not self.is_posted:
            over = self._progress().model_copy(update={"is_over": True})
            streaming.publish_over(self._deps, over)
        streaming.give_back_lease(self._deps, self._turn.key, holder=self._holder)

    def show(self, text: str, sources: Sequence[int] = ()) -> None:
        """Show the text so far, and note what it cites.

        Raises: Halted, HandedBack; SourcesChanged, and then nothing of it is shown any more.
        """
        if self._is_outdated:
            raise SourcesChanged
        if self._halted.is_set():
            raise Halted
        if self._is_ending():
            raise HandedBack
        with self._lock:
            if text == self.text:
                return
            self.text, self.sources, self._is_told = text, tuple(sources), False
            if time.monotonic() - self._sent_at >= _PACE.gap_s:
                self._tell()
                return
        self._news.set()

    def _tell(self) -> None:
        """Publish the text so far. With the lock held, so that updates keep their order."""
        self._sent_at, self._is_told = time.monotonic(), True
        if not streaming.publish(self._deps, self._progress()):
            self._halted.set()

    def _progress(self) -> Progress:
        self._number += 1
        turn, call = self._turn, self._call
        return Progress(
            turn_id=turn.id,
            account_id=turn.account_id,
            room_id=turn.room_id,
            kind=turn.kind,
            attempt=turn.attempt,
            asked_at=turn.asked_at,
            number=self._number,
            text=self._shown(call),
            sources=self.sources,
            thread_id=call.thread_id if call is not None else 0,
            author=call.assistant if call is not None else None,
        )

    def _shown(self, call: Call | None) -> str:
        """The text as it will be read. Not a word of what rests on something that was taken away,
        nor of what the room holds until it is judged."""
        if self._is_outdated or (call is not None and not call.is_shown):
            return ""
        if call is None:
            return self.text
        paths = call.permalinks(self._deps, self.sources)
        return published(self.text, paths, max_chars=self._deps.settings.max_body_chars)

    def _keep(self) -> None:
        look_at = time.monotonic() + _LOOK_S
        while not self._over.is_set():
            if self._news.wait(max(0.0, look_at - time.monotonic())):
                self._news.clear()
                self._over.wait(max(0.0, self._sent_at + _PACE.gap_s - time.monotonic()))
                with self._lock:
                    if not self._is_told and not self._halted.is_set():
                        self._tell()
            if time.monotonic() >= look_at:
                self._look()
                if (self._call is not None or self._is_outdated) and not self._over.is_set():
                    # Screens forget what is not said again.
                    with self._lock:
                        self._tell()
                look_at = time.monotonic() + _LOOK_S

    def _look(self) -> None:
        deps, turn = self._deps, self._turn
        try:
            is_ours = streaming.take_lease(deps, turn.key, holder=self._holder)
            if not is_ours or streaming.is_stopped(deps, turn.key):
                self._halted.set()
                return
            # A room may begin to hold what is written until it is judged.
            self._call = answering.look_where(deps, turn)
        except SourcesChanged:
            self._is_outdated = True
        except ChatError:
            # Fails closed: the person, the room or the question is not there any more.
            self._halted.set()
        except (RedisError, SQLAlchemyError) as error:
            # If Redis stays away the lease runs out, the turn is begun anew and this attempt fenced
            # off. Who may read the room is asked once more before anything is stored.
            log.warning("turn_unchecked", turn_id=turn.id, error=type(error).__name__)
