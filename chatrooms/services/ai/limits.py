"""How much one account and one room may have of the language model per hour: requests and tokens,
counted in Redis, shared by every process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis.exceptions import RedisError

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import AssistantLimit, ServiceUnavailable
from chatrooms.domain.usage import Usage
from chatrooms.services.moderation.slow_mode import in_words

log = structlog.get_logger(__name__)

_HOUR_S = 3_600
# One round trip, nothing in between: either all four limits leave room and both requests are
# counted, or nothing is counted and the number of the first that is reached comes back.
_REQUEST = """
if ARGV[6] ~= '' and redis.call('EXISTS', ARGV[6]) == 1 then return 0 end
for place = 1, #KEYS do
    if tonumber(redis.call('GET', KEYS[place]) or '0') >= tonumber(ARGV[place + 1]) then
        return place
    end
end
for place = 1, 2 do
    if redis.call('INCR', KEYS[place]) == 1 then redis.call('EXPIRE', KEYS[place], ARGV[1]) end
end
if ARGV[6] ~= '' then redis.call('SET', ARGV[6], '1', 'EX', ARGV[1]) end
return 0
"""
_SPEND = """
for place = 1, #KEYS do
    if redis.call('INCRBY', KEYS[place], ARGV[2]) == tonumber(ARGV[2]) then
        redis.call('EXPIRE', KEYS[place], ARGV[1])
    end
end
"""


@dataclass(frozen=True, slots=True)
class _Limit:
    key: str
    most: int
    told: str


def count_request(deps: Deps, *, account_id: int, room_id: int, once: str = "") -> None:
    """Count one request of a person in a room, if neither of them is at a limit. `once` names a
    request that counts once, however often it is begun.

    Raises: AssistantLimit, which says whose limit it is and when it ends; ServiceUnavailable with
    Redis away: fails closed.
    """
    limits = _limits(deps, account_id=account_id, room_id=room_id)
    keys, most = [each.key for each in limits], [each.most for each in limits]
    try:
        counted = f"chatrooms:assistant:counted:{once}" if once else ""
        reached = int(_run(deps, _REQUEST, keys, [_HOUR_S, *most, counted]))
        if not reached:
            return
        left_s = max(1, int(str(deps.redis.ttl(keys[reached - 1]))))
    except RedisError as error:
        raise ServiceUnavailable from error
    raise AssistantLimit(f"{limits[reached - 1].told} Try again in {in_words(left_s)}.")


def spend_tokens(deps: Deps, *, account_id: int | None, room_id: int | None, usage: Usage) -> None:
    """Count the tokens that a call took, of the room if it was for one and, if one asked, of the
    person. What Redis cannot count is lost: the day's sums are in the database."""
    tokens = usage.tokens_in + usage.tokens_out
    spent_by = (("room", room_id), ("account", account_id))
    keys = [_key("tokens", whose, number) for whose, number in spent_by if number is not None]
    if tokens <= 0 or not keys:
        return
    try:
        _run(deps, _SPEND, keys, [_HOUR_S, tokens])
    except RedisError as error:
        log.warning("tokens_not_counted", error=type(error).__name__)


def _limits(deps: Deps, *, account_id: int, room_id: int) -> list[_Limit]:
    settings = deps.settings
    return [
        _Limit(
            _key("requests", "account", account_id),
            settings.assistant_requests_per_hour,
            "You asked the assistant as often as one may in an hour.",
        ),
        _Limit(
            _key("requests", "room", room_id),
            settings.assistant_room_requests_per_hour,
            "This room asked the assistant as often as one may in an hour.",
        ),
        _Limit(
            _key("tokens", "account", account_id),
            settings.assistant_tokens_per_hour,
            "You had the assistant read and write as much as one may in an hour.",
        ),
        _Limit(
            _key("tokens", "room", room_id),
            settings.assistant_room_tokens_per_hour,
            "This room had the assistant read and write as much as one may in an hour.",
        ),
    ]


def _run(deps: Deps, script: str, keys: Sequence[str], values: Sequence[int | str]) -> Any:
    return deps.redis.eval(script, len(keys), *keys, *map(str, values)) or 0


def _key(what: str, whose: str, number: int) -> str:
    return f"chatrooms:assistant:{what}:{whose}:{number}"
