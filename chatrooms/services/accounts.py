"""Accounts: signing up, changing the password, deactivating."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account
from chatrooms.domain.errors import AccountUnavailable, AlreadyTaken, InvalidInput, NotAllowed
from chatrooms.domain.events import Being, Person
from chatrooms.domain.text import check_email, check_password, check_username, searchable
from chatrooms.services import limits
from chatrooms.services.access import access_account, access_admin, is_id
from chatrooms.services.ai.account import RESERVED
from chatrooms.services.people import hue_of, person_of
from chatrooms.services.sessions import (
    end_sessions,
    issue_ticket,
    touch_password,
    verify_password,
)

_FIRST_ACCOUNT_LOCK = 0x61646D696E


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as administrators see it."""

    person: Person
    created_at: datetime
    is_admin: bool
    is_active: bool


def sign_up(deps: Deps, *, username: str, email: str, password: str, address: str) -> str:
    """Create an account and return a sign-in ticket for it. The first one is administrator.

    Raises: InvalidInput, AlreadyTaken, RateLimited, ServiceUnavailable.
    """
    name = check_username(username)
    if name.lower() in RESERVED:
        raise AlreadyTaken("This username is already taken.")
    mail = check_email(email)
    secret = check_password(password)
    limits.count(
        deps,
        what="sign-up-from",
        whose=address,
        limit=deps.settings.sign_ups_per_address,
        per=timedelta(hours=1),
    )
    account = Account(
        username=name,
        email=mail,
        name=name,
        hue=hue_of(name),
        password_hash=deps.passwords.hash(secret),
    )
    try:
        with transaction(deps.sessions) as tx:
            account.is_admin = _is_first(tx)
            tx.add(account)
            tx.flush()
            return issue_ticket(tx, deps, account_id=account.id)
    except IntegrityError as error:
        raise _taken(error) from error


def _is_first(tx: Transaction) -> bool:
    tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_ACCOUNT_LOCK})
    can_sign_in = select(col(Account.id)).where(col(Account.password_hash) != "").limit(1)
    return tx.scalar(can_sign_in) is None


def _taken(error: IntegrityError) -> AlreadyTaken:
    if "accounts_email_key" in str(error.orig):
        return AlreadyTaken("There is already an account with this e-mail address.")
    return AlreadyTaken("This username is already taken.")


def ensure_guest(deps: Deps, *, username: str, name: str) -> Person:
    """The account with this user name, created without a password if there is none: somebody
    whose messages come from elsewhere. An account that can sign in is never handed out.

    Raises: InvalidInput for a bad name; AlreadyTaken if a real account has it.
    """
    with transaction(deps.sessions) as tx:
        found = tx.scalars(
            select(Account).where(func.lower(col(Account.username)) == username.lower())
        ).one_or_none()
        if found is not None and (found.password_hash or found.kind != Being.PERSON.value):
            raise AlreadyTaken(f"{username} is the account of somebody here.")
        if found is None:
            checked = check_username(username)
            found = Account(username=checked, name=name, hue=hue_of(checked))
            tx.add(found)
            tx.flush()
        return person_of(found)


def count_password_attempt(deps: Deps, *, account_id: int) -> None:
    """Count an attempt to tell one's own password, whatever it is for. Raises: RateLimited."""
    limits.count(
        deps,
        what="password",
        whose=str(account_id),
        limit=deps.settings.sign_in_attempts_per_account,
        per=timedelta(minutes=15),
    )


def change_password(deps: Deps, *, actor_id: int, session_id: int, current: str, new: str) -> None:
    """Set a new password and end every other session of the actor.

    Raises: InvalidInput if `current` is wrong or `new` unfit; RateLimited.
    """
    wanted = check_password(new)
    count_password_attempt(deps, account_id=actor_id)
    with transaction(deps.sessions) as tx:
        account = access_account(tx, actor_id=actor_id)
        if not verify_password(deps.passwords, account.password_hash, current):
            raise InvalidInput("The current password is not right.")
        touch_password(tx, deps, account_id=actor_id, password=wanted)
        end_sessions(tx, deps, account_id=actor_id, keep=session_id)


def list_accounts(
    deps: Deps, *, actor_id: int, query: str = "", offset: int = 0, limit: int = 50
) -> list[AccountInfo]:
    """Accounts by newest, filtered by a part of name or user name. Administrators only."""
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
        wanted = (
            select(Account)
            .where(col(Account.deleted_at).is_(None))
            .order_by(col(Account.id).desc())
        )
        if needle := searchable(query).strip():
            wanted = wanted.where(
                or_(
                    func.lower(col(Account.username)).contains(needle, autoescape=True),
                    func.lower(col(Account.name)).contains(needle, autoescape=True),
                )
            )
        rows = tx.scalars(wanted.offset(max(offset, 0)).limit(limit)).all()
    return [
        AccountInfo(person_of(row), row.created_at, row.is_admin, row.deactivated_at is None)
        for row in rows
    ]


def set_active(deps: Deps, *, actor_id: int, account_id: int, is_active: bool) -> None:
    """Deactivate an account, which ends its sessions and screens at once, or bring it back.

    Raises: NotAllowed for others than administrators and on oneself; AccountUnavailable.
    """
    with transaction(deps.sessions) as tx:
        access_admin(tx, actor_id=actor_id)
        account = tx.get(Account, account_id) if is_id(account_id) else None
        if account is None or account.deleted_at is not None:
            raise AccountUnavailable
        if account_id == actor_id:
            raise NotAllowed("You cannot deactivate your own account.")
        account.deactivated_at = None if is_active else deps.clock()
        if not is_active:
            end_sessions(tx, deps, account_id=account_id)
