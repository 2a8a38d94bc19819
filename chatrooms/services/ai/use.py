"""What the language model took: counted by day, room and feature; read by administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import ModelUse, Room, table_of
from chatrooms.domain.usage import Usage
from chatrooms.services.access import access_admin
from chatrooms.services.ai.limits import spend_tokens

_USE = table_of(ModelUse)
_COUNTED = ("calls", "tokens_in", "tokens_out")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls took."""

    calls: int
    tokens_in: int
    tokens_out: int
    dollars: float
    """Estimated by the prices that the settings name; 0 for the built-in model."""


@dataclass(frozen=True, slots=True)
class DayUse:
    """One day, in UTC."""

    day: date
    cost: Cost


@dataclass(frozen=True, slots=True)
class RoomUse:
    """One room over all the days, or what was for no room: recommendations."""

    room: str
    """Its name; empty for no room."""
    slug: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class ModelReport:
    """Which model answers and what it took."""

    model: str
    is_built_in: bool
    is_refusing: bool
    """Whether it failed so often that it is not asked for a while."""
    server: str
    """Where it is asked; empty for OpenAI's own and for the built-in one."""
    days: tuple[DayUse, ...]
    """Newest first; days without a call are left out."""
    rooms: tuple[RoomUse, ...]
    """Those that took the most tokens first."""
    total: Cost


def record_use(
    tx: Transaction,
    deps: Deps,
    *,
    room_id: int | None,
    feature: str,
    usage: Usage,
    account_id: int | None = None,
) -> None:
    """Count calls in the transaction of what they led to, and against the hour's limits after the
    commit. `room_id`: for which room, if for one; `account_id`: who asked, if anybody did."""
    if not usage.calls:
        return
    row = insert(_USE).values(
        day=deps.clock().astimezone(UTC).date(),
        room_id=room_id,
        feature=feature,
        model=usage.model,
        calls=usage.calls,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
    )
    tx.execute(
        row.on_conflict_do_update(
            index_elements=["day", "room_id", "feature", "model"],
            set_={name: _USE.c[name] + row.excluded[name] for name in _COUNTED},
        )
    )
    tx.after_commit(lambda: spend_tokens(deps, account_id=account_id, room_id=room_id, usage=usage))


def record(
    deps: Deps, *, room_id: int | None, feature: str, usage: Usage, account_id: int | None = None
) -> None:
    """As `record_use`, where nothing is stored beside it. For workers."""
    with transaction(deps.sessions) as tx:
        record_use(tx, deps, room_id=room_id, feature=feature, usage=usage, account_id=account_id)


def report_use(deps: Deps, *, actor_id: int, days: int = 30, limit: int = 20) -> ModelReport:
    """The model in use and what the last days took, at most `limit` rooms. Administrators only.

    Raises: NotSignedIn, NotAllowed.
    """
    since = deps.clock().astimezone(UTC).date() - timedelta(days=days - 1)
    sums = [func.sum(_USE.c[name]).label(name) for name in _COUNTED]
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
        by_day = tx.execute(
            select(_USE.c.day, _USE.c.model, *sums)
            .where(_USE.c.day >= since)
            .group_by(_USE.c.day, _USE.c.model)
            .order_by(_USE.c.day.desc())
        ).all()
        by_room = tx.execute(
            select(
                func.coalesce(col(Room.name), "").label("name"),
                func.coalesce(col(Room.slug), "").label("slug"),
                _USE.c.model,
                *sums,
            )
            .select_from(_USE)
            .outerjoin(Room, col(Room.id) == _USE.c.room_id)
            .where(_USE.c.day >= since)
            .group_by(col(Room.id), _USE.c.model)
        ).all()
    per_day: dict[date, list[Cost]] = {}
    for row in by_day:
        per_day.setdefault(row.day, []).append(_cost(deps, row))
    per_room: dict[tuple[str, str], list[Cost]] = {}
    for row in by_room:
        per_room.setdefault((row.name, row.slug), []).append(_cost(deps, row))
    rooms = [RoomUse(name, slug, _sum(costs)) for (name, slug), costs in per_room.items()]
    rooms.sort(key=lambda each: (-(each.cost.tokens_in + each.cost.tokens_out), each.room))
    return ModelReport(
        model=deps.chat.name,
        is_built_in=deps.chat.is_built_in,
        is_refusing=deps.chat.is_refusing,
        server=deps.settings.openai_base_url,
        days=tuple(DayUse(day, _sum(costs)) for day, costs in per_day.items()),
        rooms=tuple(rooms[:limit]),
        total=_sum([cost for costs in per_day.values() for cost in costs]),
    )


def find_cost(tx: Transaction, deps: Deps, *, since: date) -> Cost:
    """What calls took from that day on, in UTC. The caller has asked for rights."""
    sums = [func.sum(_USE.c[name]).label(name) for name in _COUNTED]
    rows = tx.execute(
        select(_USE.c.model, *sums).where(_USE.c.day >= since).group_by(_USE.c.model)
    ).all()
    return _sum([_cost(deps, row) for row in rows])


def _cost(deps: Deps, row: Any) -> Cost:
    settings = deps.settings
    tokens_in, tokens_out = int(row.tokens_in), int(row.tokens_out)
    dollars = (
        tokens_in * settings.llm_input_price + tokens_out * settings.llm_output_price
    ) / _MILLION
    is_priced = row.model == settings.llm_model
    return Cost(int(row.calls), tokens_in, tokens_out, dollars if is_priced else 0.0)


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        sum(each.calls for each in costs),
        sum(each.tokens_in for each in costs),
        sum(each.tokens_out for each in costs),
        sum(each.dollars for each in costs),
    )
