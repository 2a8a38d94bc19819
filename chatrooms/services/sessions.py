"""Signing in and out: passwords become tickets, tickets become sessions, sessions end."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, Session, Ticket
from chatrooms.domain.errors import NotSignedIn, SignInRefused
from chatrooms.domain.events import Person
from chatrooms.domain.text import searchable
from chatrooms.services import limits
from chatrooms.services.access import access_account, is_id
from chatrooms.services.people import person_of

_WINDOW = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=5)
_MAX_TYPED_CHARS = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session cookie belongs to."""

    session_id: int
    person: Person
    is_admin: bool
    expires_at: datetime
    hides_assistant: bool = False
    keeps_visits: bool = True

    @property
    def account_id(self) -> int:
        """The account's id."""
        return self.person.id


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One of a person's own sessions."""

    id: int
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime


def hash_token(token: str) -> bytes:
    """SHA-256 of a random token: what is stored of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def sign_in(deps: Deps, *, username: str, password: str, address: str) -> str:
    """A one-time ticket for the account, to be exchanged for a session within seconds.

    Takes equally long for unknown names. Failures count per account and per address.
    Raises: SignInRefused, RateLimited, ServiceUnavailable.
    """
    # The name that is counted is the one that is looked up, so that no spelling has its own count.
    name = searchable(username[:_MAX_TYPED_CHARS]).strip()
    _check_limits(deps, name=name, address=address)
    with transaction(deps.sessions) as tx:
        account = tx.scalars(
            select(Account).where(func.lower(col(Account.username)) == name)
        ).one_or_none()
    stored = account.password_hash if account else ""
    is_right = verify_password(deps.passwords, stored, password)
    if account is None or not is_right or account.deactivated_at is not None:
        limits.count(deps, what="sign-in", whose=name, limit=10**9, per=_WINDOW)
        limits.count(deps, what="sign-in-from", whose=address, limit=10**9, per=_WINDOW)
        raise SignInRefused
    limits.forget(deps, what="sign-in", whose=name)
    with transaction(deps.sessions) as tx:
        return issue_ticket(tx, deps, account_id=account.id)


def _check_limits(deps: Deps, *, name: str, address: str) -> None:
    settings = deps.settings
    limits.check(deps, what="sign-in", whose=name, limit=settings.sign_in_attempts_per_account)
    limits.check(
        deps, what="sign-in-from", whose=address, limit=settings.sign_in_attempts_per_address
    )


@lru_cache(maxsize=1)
def _hash_of_nothing() -> str:
    return PasswordHasher().hash("no account has this password")


def verify_password(passwords: PasswordHasher, stored: str, password: str) -> bool:
    """Whether the password fits the stored hash; as slow when there is none."""
    try:
        return passwords.verify(stored or _hash_of_nothing(), password) and bool(stored)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def issue_ticket(tx: Transaction, deps: Deps, *, account_id: int) -> str:
    """A fresh one-time ticket for the account. The caller has checked who asks."""
    token = deps.ids.token()
    ttl = timedelta(seconds=deps.settings.ticket_ttl_s)
    tx.add(
        Ticket(token_hash=hash_token(token), account_id=account_id, expires_at=deps.clock() + ttl)
    )
    return token


def redeem_ticket(deps: Deps, *, ticket: str, device: str, address: str) -> str:
    """The token of a new session, once per ticket.

    Raises: NotSignedIn if the ticket is unknown, used or expired, or the account deactivated.
    """
    token = deps.ids.token()
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        account_id = tx.scalar(
            delete(Ticket)
            .where(col(Ticket.token_hash) == hash_token(ticket), col(Ticket.expires_at) > now)
            .returning(col(Ticket.account_id))
        )
        if account_id is None:
            raise NotSignedIn("This sign-in link has expired. Please sign in again.")
        access_account(tx, actor_id=account_id)
        tx.add(
            Session(
                account_id=account_id,
                token_hash=hash_token(token),
                device=device[:200],
                address=address[:64],
                expires_at=now + timedelta(days=deps.settings.session_ttl_d),
            )
        )
    return token


def get_signed_in(deps: Deps, *, token: str) -> SignedIn:
    """Who the session token belongs to; notes at most every five minutes that it was seen.

    Raises: NotSignedIn if the session is unknown, ended or expired, or the account deactivated.
    """
    now = deps.clock()
    with transaction(deps.sessions) as tx:
        row = tx.execute(
            select(Session, Account)
            .join(Account, col(Account.id) == col(Session.account_id))
            .where(
                col(Session.token_hash) == hash_token(token),
                col(Session.expires_at) > now,
                col(Account.deactivated_at).is_(None),
            )
        ).one_or_none()
        if row is None:
            raise NotSignedIn
        session, account = row
        if now - session.last_seen_at > _SEEN_EVERY:
            session.last_seen_at = now
        return SignedIn(
            session_id=session.id,
            person=person_of(account),
            is_admin=account.is_admin,
            expires_at=session.expires_at,
            hides_assistant=account.hides_assistant,
            keeps_visits=account.keeps_visits,
        )


def list_sessions(deps: Deps, *, actor_id: int, limit: int = 50) -> list[SessionInfo]:
    """The actor's own live sessions, most recently seen first."""
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        rows = tx.scalars(
            select(Session)
            .where(col(Session.account_id) == actor_id, col(Session.expires_at) > deps.clock())
            .order_by(col(Session.last_seen_at).desc(), col(Session.id).desc())
            .limit(limit)
        ).all()
    return [
        SessionInfo(row.id, row.device, row.address, row.created_at, row.last_seen_at)
        for row in rows
    ]


def list_live_sessions(tx: Transaction, *, session_ids: set[int]) -> set[int]:
    """Those of the sessions that are still good. For the hub's guard only."""
    return set(
        tx.scalars(
            select(col(Session.id))
            .join(Account, col(Account.id) == col(Session.account_id))
            .where(
                col(Session.id).in_(session_ids),
                col(Session.expires_at) > func.now(),
                col(Account.deactivated_at).is_(None),
            )
        )
    )


def end_session(deps: Deps, *, actor_id: int, session_id: int) -> None:
    """End one of the actor's own sessions, its open screens included. Ending it twice is fine."""
    _end(deps, actor_id=actor_id, only=session_id if is_id(session_id) else 0)


def end_other_sessions(deps: Deps, *, actor_id: int, keep: int) -> None:
    """End all of the actor's sessions but the one with the id `keep`."""
    _end(deps, actor_id=actor_id, keep=keep)


def _end(deps: Deps, *, actor_id: int, only: int | None = None, keep: int | None = None) -> None:
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        end_sessions(tx, deps, account_id=actor_id, only=only, keep=keep)


def end_sessions(
    tx: Transaction,
    deps: Deps,
    *,
    account_id: int,
    only: int | None = None,
    keep: int | None = None,
) -> None:
    """End sessions of an account, and its tickets unless a single session is meant. The caller
    has checked the right. Announced, so that open screens close at once."""
    ended = delete(Session).where(col(Session.account_id) == account_id)
    if only is not None:
        ended = ended.where(col(Session.id) == only)
    else:
        tx.execute(delete(Ticket).where(col(Ticket.account_id) == account_id))
    if keep is not None:
        ended = ended.where(col(Session.id) != keep)
    tx.execute(ended)
    tx.after_commit(lambda: deps.bus.access_changed(account_id=account_id))


def touch_password(tx: Transaction, deps: Deps, *, account_id: int, password: str) -> None:
    """Store a new password's hash. The caller has checked the right and the password."""
    tx.execute(
        update(Account)
        .where(col(Account.id) == account_id)
        .values(password_hash=deps.passwords.hash(password))
    )
