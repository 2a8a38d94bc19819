"""The administrator's page: accounts."""

import reflex as rx

from chatrooms.domain.errors import NotAllowed
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso, person_row
from chatrooms.services import accounts
from chatrooms.state import caller
from chatrooms.state.rows import AccountRow

_PAGE = 50


async def _page(state: rx.State, *, query: str, offset: int) -> tuple[list[AccountRow], bool]:
    actor_id = await caller.actor_id(state)
    found = await off_loop(
        accounts.list_accounts,
        caller.deps(),
        actor_id=actor_id,
        query=query,
        offset=offset,
        limit=_PAGE + 1,
    )
    rows = [
        AccountRow(
            person=person_row(info.person),
            created_at=iso(info.created_at),
            is_admin=info.is_admin,
            is_active=info.is_active,
            is_me=info.person.id == actor_id,
        )
        for info in found[:_PAGE]
    ]
    return rows, len(found) > _PAGE


class AdminState(rx.State):
    """Accounts, filtered by name."""

    accounts: list[AccountRow] = []
    query: str = ""
    has_more: bool = False
    is_allowed: bool = False

    @rx.event
    async def load(self):
        """Read the first page; empty for others than administrators."""
        self.accounts, self.has_more, self.is_allowed = [], False, False
        try:
            self.accounts, self.has_more = await _page(self, query=self.query, offset=0)
        except NotAllowed:
            return
        self.is_allowed = True

    @rx.event
    async def search(self, query: str):
        """Filter by a part of the name."""
        self.query = query[:100] if isinstance(query, str) else ""
        self.accounts, self.has_more = await _page(self, query=self.query, offset=0)

    @rx.event
    async def load_more(self):
        """Add the next page."""
        offset = len(self.accounts)
        more, self.has_more = await _page(self, query=self.query, offset=offset)
        self.accounts = self.accounts + more

    @rx.event
    async def set_active(self, account_id: int, is_active: bool):
        """Deactivate an account or bring it back."""
        await off_loop(
            accounts.set_active,
            caller.deps(),
            actor_id=await caller.actor_id(self),
            account_id=caller.number(account_id),
            is_active=bool(is_active),
        )
        self.accounts, self.has_more = await _page(self, query=self.query, offset=0)
