"""Who is timed out or banned in the open room, and doing that to members, for its moderators."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, RoomUnavailable
from chatrooms.domain.permissions import Permission
from chatrooms.live.offload import off_loop
from chatrooms.live.rows import iso, person_row
from chatrooms.services.bans import BAN
from chatrooms.services.moderation import sanctions
from chatrooms.state import caller, pane, screens
from chatrooms.state.rows import SanctionRow


class SanctionsState(rx.State):
    """The sanctions that stand, and the dialog that imposes one."""

    rows: list[SanctionRow] = []
    opened_in: str = ""
    """Which visit to which page the dialog is open in; empty while it is closed."""
    is_ban: bool = False
    name: str = ""
    error: str = ""
    _account_id: int = 0

    @rx.event
    async def load(self):
        """Read them if the room's info is shown; asked for again when something changed."""
        self.rows = await _read(self) if await pane.shown(self) == "info" else []

    @rx.event
    def ask_time_out(self, account_id: int, name: str, here: str):
        """Open the dialog that times somebody out."""
        _ask(self, account_id, name, here, is_ban=False)

    @rx.event
    def ask_ban(self, account_id: int, name: str, here: str):
        """Open the dialog that bans somebody."""
        _ask(self, account_id, name, here, is_ban=True)

    @rx.event
    def set_open(self, is_open: bool):
        """Follow the dialog's own closing; it is opened by the two above alone."""
        if is_open is not True:
            self.opened_in = ""

    @rx.event
    async def impose(self, form: dict[str, Any]):
        """Time out or ban, or say in the dialog why not."""
        access = await screens.look_up(self, screens.slug_of(self))
        whom = {
            "actor_id": access.actor.id,
            "room_id": access.room_id,
            "account_id": self._account_id,
            "reason": caller.text(form, "reason"),
        }
        try:
            if self.is_ban:
                await off_loop(sanctions.ban, caller.deps(), **whom)
            else:
                minutes = caller.number_in(form, "minutes")
                await off_loop(sanctions.time_out, caller.deps(), **whom, minutes=minutes)
        except ChatError as error:
            self.error = str(error)
            return
        self.opened_in = self.error = ""
        self.rows = await _read(self)

    @rx.event
    async def lift(self, sanction_id: int):
        """End a sanction."""
        access = await screens.look_up(self, screens.slug_of(self))
        await off_loop(
            sanctions.lift,
            caller.deps(),
            actor_id=access.actor.id,
            room_id=access.room_id,
            sanction_id=caller.number(sanction_id),
        )
        self.rows = await _read(self)


def _ask(state: SanctionsState, account_id: Any, name: Any, here: Any, *, is_ban: bool) -> None:
    state._account_id, state.name = caller.number(account_id), str(name)[:100]
    state.is_ban, state.error, state.opened_in = is_ban, "", caller.place(here)


async def _read(state: rx.State) -> list[SanctionRow]:
    try:
        access = await screens.look_up(state, screens.slug_of(state))
    except RoomUnavailable:
        # The room's own page says so.
        return []
    if Permission.MODERATE not in access.permissions:
        return []
    found = await off_loop(
        sanctions.list_sanctions,
        caller.deps(),
        actor_id=access.actor.id,
        room_id=access.room_id,
    )
    return [
        SanctionRow(
            id=each.id,
            person=person_row(each.person),
            is_ban=each.kind == BAN,
            until=iso(each.until) if each.until else "",
            reason=each.reason,
            by=each.by,
        )
        for each in found
    ]
