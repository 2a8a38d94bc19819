"""A circuit breaker in Redis, shared by every process."""

from redis import Redis
from redis.exceptions import RedisError

_FAILURES = 3
_FORGET_S = 60
_OPEN_S = 20

# One round trip: count a failure; the last one too many opens the circuit.
_FAILED = """
local n = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1])
if n >= tonumber(ARGV[2]) then redis.call('SET', KEYS[2], '1', 'EX', ARGV[3]) end
return n
"""


class Breaker:
    """Keeps calls from a server that failed several times in a row, for a while.

    After that while calls are tried again; the first that fails opens it anew, the first that
    succeeds closes it. With Redis away it lets everything through.
    """

    def __init__(self, redis: Redis, what: str) -> None:
        """`what` names the server, among others in the same Redis."""
        self._redis = redis
        self._failures = f"chatrooms:breaker:{what}:failures"
        self._open = f"chatrooms:breaker:{what}:open"

    @property
    def is_open(self) -> bool:
        """Whether calls should be refused."""
        try:
            return bool(self._redis.exists(self._open))
        except RedisError:
            return False

    def failed(self) -> None:
        """Note that a call failed."""
        try:
            self._redis.eval(_FAILED, 2, self._failures, self._open, _FORGET_S, _FAILURES, _OPEN_S)
        except RedisError:
            return

    def succeeded(self) -> None:
        """Note that the server answers."""
        try:
            self._redis.delete(self._failures, self._open)
        except RedisError:
            return
