"""The person's own messages in the open room that others do not see."""

import reflex as rx

from chatrooms.domain.errors import RoomUnavailable
from chatrooms.domain.moderation import Status
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import standing
from chatrooms.services.moderation.standing import Standing
from chatrooms.state import caller, on_screen
from chatrooms.state.rows import StandingRow


class StandingState(rx.State):
    """What became of own messages that moderation keeps back, or has not looked at yet."""

    rows: list[StandingRow] = []

    @rx.event
    async def load(self):
        """Read them; asked for again whenever moderation decides about one of them."""
        try:
            _, room = on_screen.screen(self)
            found = await off_loop(
                standing.list_own,
                caller.deps(),
                actor_id=await caller.actor_id(self),
                room_id=room.room_id,
            )
        except RoomUnavailable:
            # The room's own page says so.
            found = []
        self.rows = [_row(each) for each in found]


def _row(each: Standing) -> StandingRow:
    return StandingRow(
        message_id=each.message_id,
        client_id=each.client_id,
        thread_id=each.thread_id or 0,
        body=each.body,
        is_held=each.is_held,
        is_checking=each.status is Status.PENDING,
        is_removed=each.status is Status.REMOVED,
        why=_why(each),
        words=list(each.words),
        can_appeal=each.removal_id is not None and not each.is_appealed,
        is_appealed=each.is_appealed and not each.is_denied,
        is_denied=each.is_denied,
    )


def _why(each: Standing) -> str:
    if each.rule:
        return f"Rule: {each.rule}"
    if each.reason:
        return each.reason
    return f"The model's score is {each.band}" if each.band else ""
