"""Makes the file of an export. For workers."""

import re
from pathlib import Path

from sqlalchemy import text, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import exclusively, transaction
from chatrooms.db.tables import Account, DataExport
from chatrooms.services.files import store_of
from chatrooms.services.own_data.archive import write_archive
from chatrooms.services.own_data.exports import IS_WAITED_FOR, MAX_TRIES, place_of, send
from chatrooms.services.own_data.sections import files_of, list_sections, profile_of

_RETRY_AFTER_S = 20
_LOCK = 0x6578_0000_0000_0000


def make_export(deps: Deps, *, account_id: int) -> None:
    """Make the file that an account asked for and have its pages show that. Safe to repeat, and at
    once by several workers; what was asked for meanwhile is another request.

    What keeps it from being made is raised, after another try was asked for or, at the last, the
    account's pages were told.
    """
    with exclusively(deps.sessions, lock=_LOCK + account_id) as is_alone:
        token = _begin(deps, account_id) if is_alone else None
        if token is None:
            return
        try:
            _make(deps, account_id, token)
        except Exception:
            _note_failed(deps, account_id, token)
            raise


def _begin(deps: Deps, account_id: int) -> str | None:
    """The token of what is to be made, if anything is. Counted before it is tried: a worker that is
    killed counts as well."""
    begun = (
        update(DataExport)
        .where(col(DataExport.account_id) == account_id, *IS_WAITED_FOR)
        .values(tries=col(DataExport.tries) + 1, sent_at=deps.clock())
        .returning(col(DataExport.token))
    )
    with transaction(deps.sessions) as tx:
        return tx.execute(begun).scalar()


def _note_failed(deps: Deps, account_id: int, token: str) -> None:
    """Have it tried once more, or give it up and have the account's pages show that."""
    with transaction(deps.sessions) as tx:
        row = tx.get(DataExport, account_id, with_for_update=True)
        if row is None or row.token != token:
            return
        if row.tries < MAX_TRIES:
            tx.after_commit(lambda: send(deps, account_id, delay_s=_RETRY_AFTER_S))
            return
        row.failed_at = deps.clock()
        tx.after_commit(lambda: deps.bus.nudge_account(account_id, "export"))


def _make(deps: Deps, account_id: int, token: str) -> None:
    place = place_of(deps, token)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    try:
        _write(deps, account_id, part)
        size = part.stat().st_size
        part.replace(place)
        made = (
            update(DataExport)
            .where(col(DataExport.account_id) == account_id, col(DataExport.token) == token)
            .values(made_at=deps.clock(), size=size)
            .returning(col(DataExport.token))
        )
        with transaction(deps.sessions) as tx:
            is_wanted = tx.execute(made).first() is not None
            tx.after_commit(lambda: deps.bus.nudge_account(account_id, "export"))
        if not is_wanted:
            place.unlink(missing_ok=True)
    finally:
        part.unlink(missing_ok=True)


def _write(deps: Deps, account_id: int, place: Path) -> None:
    store = store_of(deps)
    with transaction(deps.sessions) as tx:
        # One moment for all of it, and nothing is changed.
        tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        account = tx.get_one(Account, account_id)
        write_archive(
            place,
            title=f"What Chatrooms keeps of {account.name}",
            profile=profile_of(account),
            sections=list_sections(tx, account_id=account_id),
            files=(
                (f"{number}-{_safe(name)}", store.path(token))
                for number, token, name in files_of(tx, account_id=account_id)
            ),
        )


def _safe(name: str) -> str:
    """A file's name that is one on every system."""
    return re.sub(r"[^\w. ()-]", "_", name).strip(". ")[:100] or "file"
