"""The administrator's page: which language model answers, and what it took."""

import reflex as rx

from chatrooms.domain.errors import NotAllowed
from chatrooms.live.offload import off_loop
from chatrooms.services.ai import use
from chatrooms.services.ai.index_state import IndexState, get_index_state
from chatrooms.services.ai.use import Cost
from chatrooms.state import caller
from chatrooms.state.rows import CostRow, IndexRow, ModelRow


class ModelUseState(rx.State):
    """The model and its use in the last 30 days, and the index that answers are found with."""

    model: ModelRow = ModelRow()
    index: IndexRow = IndexRow()
    days: list[CostRow] = []
    rooms: list[CostRow] = []

    @rx.event
    async def load(self):
        """Read them; empty for others than administrators."""
        actor_id = await caller.actor_id(self)
        try:
            found = await off_loop(use.report_use, caller.deps(), actor_id=actor_id)
            index = await off_loop(get_index_state, caller.deps(), actor_id=actor_id)
        except NotAllowed:
            caller.put(self, model=ModelRow(), index=IndexRow(), days=[], rooms=[])
            return
        caller.put(
            self,
            model=ModelRow(
                name=found.model,
                is_built_in=found.is_built_in,
                is_refusing=found.is_refusing,
                server=found.server,
                total=_row("All", found.total),
            ),
            index=IndexRow(_embedder(index), _progress(index), index.is_away),
            days=[_row(each.day.isoformat(), each.cost) for each in found.days],
            rooms=[
                _row(each.room or "Recommendations", each.cost, slug=each.slug)
                for each in found.rooms
            ],
        )


def _embedder(index: IndexState) -> str:
    return f"{index.embedder} ({index.runs_on})" if index.runs_on else index.embedder


def _progress(index: IndexState) -> str:
    if index.is_filling:
        return f"Reading earlier messages anew: {index.done:,} of {index.total:,} so far."
    if index.waiting:
        return f"{index.total:,} messages; {index.waiting:,} changes are on their way."
    return f"{index.total:,} messages, up to date."


def _row(label: str, cost: Cost, *, slug: str = "") -> CostRow:
    return CostRow(
        label=label,
        slug=slug,
        calls=f"{cost.calls:,}",
        shown=f"{cost.tokens_in:,}",
        written=f"{cost.tokens_out:,}",
        dollars=f"${cost.dollars:,.2f}",
    )
