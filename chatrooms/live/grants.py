"""Checks whether tabs may still show what they were granted, and drops those that may not."""

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.live.hub import Hub
from chatrooms.live.identity import Identities
from chatrooms.live.offload import off_loop
from chatrooms.live.tab import Tab
from chatrooms.services.grants import Grant, standing_grants
from chatrooms.services.sessions import list_live_sessions

log = structlog.get_logger(__name__)


class Grants:
    """The guard of one web process."""

    def __init__(self, deps: Deps, hub: Hub, identities: Identities) -> None:
        self._deps = deps
        self._hub = hub
        self._identities = identities

    async def access_changed(
        self, *, account_id: int | None, room_id: int | None, session_id: int | None
    ) -> None:
        """Check the tabs that fit the ids; a check that fails counts as a no."""
        self._hub.access_epoch += 1
        self._identities.forget(account_id=account_id)
        tabs = list(
            self._hub.matching(account_id=account_id, room_id=room_id, session_id=session_id)
        )
        try:
            await self.check(tabs)
        except SQLAlchemyError as error:
            log.warning("grants_unchecked", tabs=len(tabs), error=type(error).__name__)
            for tab in tabs:
                self._hub.drop(tab)
        # Answers that rest on a room are shown no more to who lost it, in other rooms too.
        people = self._hub.matching(account_id=account_id, room_id=None, session_id=session_id)
        asked = {tab.signed_in.account_id for tab in people if tab.answers is not None}
        self._hub.nudges.accounts(asked, "turns")

    async def check(self, tabs: Sequence[Tab]) -> None:
        """Drop those of the tabs whose session ended or whose room is closed to them.

        Raises: sqlalchemy.exc.SQLAlchemyError; nothing is dropped then.
        """
        if not tabs:
            return
        grants = {tab.grant for tab in tabs if tab.grant is not None}
        sessions = {tab.signed_in.session_id for tab in tabs}
        live, standing = await off_loop(_look_up, self._deps, sessions, grants)
        for tab in tabs:
            has_lost_room = tab.grant is not None and tab.grant in grants - standing
            if tab.signed_in.session_id not in live or has_lost_room:
                self._hub.drop(tab)
                if tab.signed_in.session_id not in live:
                    self._hub.detach(tab.address.sid)


def _look_up(deps: Deps, sessions: set[int], grants: set[Grant]) -> tuple[set[int], set[Grant]]:
    with transaction(deps.sessions) as tx:
        return list_live_sessions(tx, session_ids=sessions), standing_grants(tx, grants)
