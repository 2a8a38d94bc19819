"""The corrections that rooms' decisions put on the shared model, read once per process."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import CorrectionRow

if TYPE_CHECKING:
    from chatrooms.ml.correction import Correction

log = structlog.get_logger(__name__)


def load(
    tx: Transaction, deps: Deps, *, ids: Collection[int | None]
) -> Mapping[int | None, "Correction"]:
    """The corrections with these ids; those that this process knows are not read again. One whose
    numbers are damaged is left out, which the log says: its room is judged by the shared model, and
    verdicts name that alone."""
    wanted = {each for each in ids if each is not None}
    found: dict[int | None, Correction] = {
        each: known for each in wanted if (known := deps.corrections.get(each)) is not None
    }
    for each, correction in _read(tx, wanted - found.keys()):
        deps.corrections.put(each, correction)
        found[each] = correction
    return found


def _read(tx: Transaction, ids: Collection[int | None]) -> "list[tuple[int, Correction]]":
    if not ids:
        return []
    # NumPy is only for processes that judge.
    from chatrooms.ml.correction import Correction

    rows = tx.execute(
        select(
            col(CorrectionRow.id),
            col(CorrectionRow.version),
            col(CorrectionRow.model),
            col(CorrectionRow.weights),
        ).where(col(CorrectionRow.id).in_(ids))
    )
    found: list[tuple[int, Correction]] = []
    for row in rows:
        try:
            correction = Correction.from_stored(
                row.weights, version=str(row.version), model=row.model
            )
        except ValueError as problem:
            log.error("correction_unusable", correction_id=row.id, reason=str(problem))
        else:
            found.append((row.id, correction))
    return found
