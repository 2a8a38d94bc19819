"""How far the index of meaning is, for administrators."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import IndexRequest, IndexRun
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.services.access import access_admin
from chatrooms.services.ai.index_texts import count_findable


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index as it is now."""

    embedder: str
    """Whose vectors are in use, such as `minilm` or `openai-text-embedding-3-small`."""
    runs_on: str
    """What computes them, where there is a choice: `NumPy` or `sentence-transformers`."""
    done: int
    """Messages that it has looked at since the embedder was chosen, or that are among `waiting`."""
    total: int
    """Messages that may be found."""
    waiting: int
    """Changes that it has yet to follow."""
    is_filling: bool
    """Whether messages from before the embedder was chosen are still missing."""
    is_away: bool
    """Whether Chroma does not answer."""


def get_index_state(deps: Deps, *, actor_id: int) -> IndexState:
    """How far the index is. For administrators. Raises: NotSignedIn, NotAllowed."""
    key = deps.embedding.key
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
        run = tx.get(IndexRun, key)
        waiting = tx.execute(select(func.count(col(IndexRequest.id)))).scalar_one()
        total = count_findable(tx)
        done = total
        if run is None or run.before_id is None:
            done = 0
        elif run.finished_at is None:
            done = count_findable(tx, down_to=run.before_id)
    return IndexState(
        embedder=key,
        runs_on=deps.embedding.runs_on,
        done=done,
        total=total,
        waiting=waiting,
        is_filling=run is None or run.finished_at is None,
        is_away=_is_away(deps),
    )


def _is_away(deps: Deps) -> bool:
    try:
        deps.vectors.identity()
    except VectorsUnavailable:
        return True
    return False
