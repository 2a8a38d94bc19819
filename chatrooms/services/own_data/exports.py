"""Handing out all that is kept of a person: asked for, made by a worker (`making_exports`), there
for three days.

A worker that fails or dies is followed by another; after a few the person is told that it failed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import DataExport
from chatrooms.domain import jobs
from chatrooms.domain.errors import FileUnavailable, InvalidInput, ServiceUnavailable
from chatrooms.domain.files import is_token
from chatrooms.services import limits
from chatrooms.services.access import access_account

KEPT = timedelta(days=3)
PER_DAY = 5
"""How often one account may ask per day."""
MAX_TRIES = 3
"""How often it is begun: a full disk or a database that was away may pass."""
_LOST_AFTER = timedelta(minutes=12)
"""After how long a worker that was asked counts as lost: longer than its task may take."""


@dataclass(frozen=True, slots=True)
class Export:
    """How far a person's export is."""

    token: str
    asked_at: datetime
    expires_at: datetime | None
    """Until when it can be fetched; none before it is made."""
    size: int
    has_failed: bool = False
    """Whether it could not be made, and nobody tries any more."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file that its person may have."""

    path: Path
    name: str


IS_WAITED_FOR = (col(DataExport.made_at).is_(None), col(DataExport.failed_at).is_(None))


def request_export(deps: Deps, *, actor_id: int) -> Export:
    """Have a file made with all that is kept of the actor, in place of the one before.

    Raises: InvalidInput while one is being made; RateLimited, NotSignedIn, ServiceUnavailable if
    there is nowhere to put files.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        before = tx.get(DataExport, actor_id, with_for_update=True)
        if before is not None and before.made_at is None and before.failed_at is None:
            raise InvalidInput("Your data is being collected already.")
        if deps.settings.data_dir == Path():
            raise ServiceUnavailable
        limits.count(
            deps,
            what="data-exports",
            whose=str(actor_id),
            limit=PER_DAY,
            per=timedelta(days=1),
        )
        now = deps.clock()
        new = {
            "token": deps.ids.token(),
            "asked_at": now,
            "sent_at": now,
            "tries": 0,
            "failed_at": None,
            "made_at": None,
            "size": 0,
        }
        token = tx.execute(
            insert(DataExport)
            .values(account_id=actor_id, **new)
            .on_conflict_do_update(index_elements=["account_id"], set_=new)
            .returning(col(DataExport.token))
        ).scalar_one()
        tx.after_commit(lambda: send(deps, actor_id))
        if before is not None:
            _remove_after(tx, deps, before.token)
    return Export(token, now, None, 0)


def send(deps: Deps, account_id: int, *, delay_s: float = 0) -> None:
    """Ask for a worker that makes what the account asked for."""
    deps.jobs.send(jobs.MAKE_EXPORT, queue=jobs.AI_QUEUE, delay_s=delay_s, account_id=account_id)


def find_export(deps: Deps, *, actor_id: int) -> Export | None:
    """The actor's newest export, or None if there is none any more. Raises: NotSignedIn."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        row = tx.get(DataExport, actor_id)
    if row is None or _is_over(row, deps.clock()):
        return None
    expires_at = row.made_at + KEPT if row.made_at else None
    return Export(row.token, row.asked_at, expires_at, row.size, row.failed_at is not None)


def _is_over(row: DataExport, now: datetime) -> bool:
    ended_at = row.made_at or row.failed_at
    return ended_at is not None and ended_at + KEPT <= now


def open_export(deps: Deps, *, actor_id: int, token: str) -> ExportFile:
    """The file of the actor's own export.

    Raises: FileUnavailable, the same for none, another's, one that is not made yet, and one whose
    time is over; NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        row = tx.get(DataExport, actor_id)
    is_theirs = row is not None and row.token == token and row.made_at is not None
    if row is None or not is_theirs or _is_over(row, deps.clock()):
        raise FileUnavailable
    path = place_of(deps, token)
    if not path.is_file():
        raise FileUnavailable
    return ExportFile(path, f"chatrooms-{account.username}.zip")


def folder_of(deps: Deps) -> Path:
    """Where the files of exports lie."""
    return deps.settings.data_dir / "exports"


def place_of(deps: Deps, token: str) -> Path:
    """Where the file of a token lies. Raises: ValueError if it is no token."""
    if not is_token(token):
        raise ValueError("not a token")
    return folder_of(deps) / f"{token}.zip"


def prune(deps: Deps) -> int:
    """Remove exports whose time is over, with their files, and files that no row knows of; have
    those made whose worker was lost, or give them up. Returns how many were removed."""
    now = deps.clock()
    is_lost = (*IS_WAITED_FOR, col(DataExport.sent_at) < now - _LOST_AFTER)
    is_over = func.coalesce(col(DataExport.made_at), col(DataExport.failed_at)) <= now - KEPT
    with transaction(deps.sessions) as tx:
        over = tx.scalars(delete(DataExport).where(is_over).returning(col(DataExport.token))).all()
        given_up = tx.scalars(
            update(DataExport)
            .where(*is_lost, col(DataExport.tries) >= MAX_TRIES)
            .values(failed_at=now)
            .returning(col(DataExport.account_id))
        ).all()
        lost = tx.scalars(
            update(DataExport)
            .where(*is_lost)
            .values(sent_at=now)
            .returning(col(DataExport.account_id))
        ).all()
        if given_up:
            tx.after_commit(lambda: deps.bus.nudge_accounts(given_up, "export"))
    for token in over:
        place_of(deps, token).unlink(missing_ok=True)
    for account_id in lost:
        send(deps, account_id)
    _sweep(deps, before=now - _LOST_AFTER)
    return len(over)


def _sweep(deps: Deps, *, before: datetime) -> None:
    """Remove what a worker that died left, and files whose rows are gone."""
    folder = folder_of(deps)
    old = [p for p in folder.glob("*") if p.stat().st_mtime < before.timestamp()]
    if not old:
        return
    with transaction(deps.sessions) as tx:
        known = set(tx.scalars(select(col(DataExport.token))))
    for path in old:
        if path.suffix == ".part" or path.stem not in known:
            path.unlink(missing_ok=True)


def remove(tx: Transaction, deps: Deps, *, account_id: int) -> None:
    """Remove an account's export; the file after the commit. The caller has checked the right."""
    gone = tx.scalars(
        delete(DataExport)
        .where(col(DataExport.account_id) == account_id)
        .returning(col(DataExport.token))
    ).all()
    for token in gone:
        _remove_after(tx, deps, token)


def _remove_after(tx: Transaction, deps: Deps, token: str) -> None:
    tx.after_commit(lambda: place_of(deps, token).unlink(missing_ok=True))
