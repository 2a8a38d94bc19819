"""What the assistant is writing at this moment, in Redis: the text so far, whether somebody stopped
it, and a lease that tells whether a worker is still at it. None of it is the truth: that is the
turn's row, written when the turn ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from redis.exceptions import RedisError

from chatrooms.adapters.bus import answers_channel, typing_channel
from chatrooms.bootstrap import Deps
from chatrooms.domain.assistant import Progress

log = structlog.get_logger(__name__)

WAITING_S = 30
"""How long a turn may wait for a worker before its job counts as lost."""
_TEXT_S = 3_600
_WAITING = "waiting"
# A lease is taken if nobody has it, or from the queue, where the turn waited.
_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[3] and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_GIVE_BACK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one turn."""

    turn_id: int
    number: int

    def key(self, what: str) -> str:
        """The name of something of this attempt in Redis."""
        return f"chatrooms:turn:{self.turn_id}:{self.number}:{what}"


def publish(deps: Deps, progress: Progress) -> bool:
    """Tell the tabs that show it the text so far; whether the turn may go on.

    A Redis that is away stops nothing: the row tells the whole answer in the end.
    """
    attempt = Attempt(progress.turn_id, progress.attempt)
    payload = progress.model_dump_json()
    try:
        with deps.redis.pipeline(transaction=False) as pipe:
            pipe.set(attempt.key("text"), payload, ex=_TEXT_S)
            pipe.publish(*_told(progress, payload))
            pipe.exists(attempt.key("stop"))
            return not pipe.execute()[-1]
    except RedisError as error:
        log.warning("answer_not_published", error=type(error).__name__)
        return True


def publish_over(deps: Deps, progress: Progress) -> None:
    """Tell those who see this that nothing comes of it any more."""
    _quietly(deps.redis.publish, *_told(progress, progress.model_dump_json()))


def _told(progress: Progress, payload: str) -> tuple[str, str]:
    """The channel and what is said on it."""
    if not progress.thread_id:
        return answers_channel(progress.account_id), payload
    return typing_channel(progress.room_id), f'{{"kind":"writing","progress":{payload}}}'


def note_waiting(deps: Deps, attempt: Attempt) -> None:
    """Have a turn that is sent to a worker not count as lost at once."""
    _quietly(deps.redis.set, attempt.key("lease"), _WAITING, ex=WAITING_S, nx=True)


def take_lease(deps: Deps, attempt: Attempt, *, holder: str) -> bool:
    """Take or renew the lease of an attempt; False if somebody else has it.

    Raises: RedisError.
    """
    lease_ms = int(deps.settings.assistant_lease_s * 1000)
    taken: Any = deps.redis.eval(_TAKE, 1, attempt.key("lease"), holder, lease_ms, _WAITING)
    return bool(int(taken))


def give_back_lease(deps: Deps, attempt: Attempt, *, holder: str) -> None:
    """Have another worker take the turn up at once, if it did not end."""
    _quietly(deps.redis.eval, _GIVE_BACK, 1, attempt.key("lease"), holder)


def are_leased(deps: Deps, attempts: Iterable[Attempt]) -> list[bool]:
    """Whether a worker is at each of these, or they wait for one. Raises: RedisError."""
    keys = [attempt.key("lease") for attempt in attempts]
    found: Any = deps.redis.mget(keys) if keys else []
    return [each is not None for each in found]


def note_stopped(deps: Deps, attempt: Attempt) -> None:
    """Have whoever writes this attempt stop."""
    _quietly(deps.redis.set, attempt.key("stop"), "1", ex=_TEXT_S)


def is_stopped(deps: Deps, attempt: Attempt) -> bool:
    """Whether somebody stopped this attempt. A Redis that is away stops nothing."""
    try:
        return bool(deps.redis.exists(attempt.key("stop")))
    except RedisError:
        return False


def read_progress(deps: Deps, attempt: Attempt) -> Progress | None:
    """How far an attempt is, if anything of it was told."""
    try:
        found: Any = deps.redis.get(attempt.key("text"))
    except RedisError as error:
        log.warning("answer_not_read", error=type(error).__name__)
        return None
    return Progress.model_validate_json(found) if found is not None else None


def _quietly(call: Any, *args: Any, **options: Any) -> None:
    try:
        call(*args, **options)
    except RedisError as error:
        # Beat looks for turns that nobody is at, and a row that ended is ended.
        log.warning("turn_not_noted", error=type(error).__name__)
