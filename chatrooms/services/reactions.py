"""Reactions: emoji that people put on messages."""

from sqlalchemy import func, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import ReactionRow
from chatrooms.domain.errors import InvalidInput
from chatrooms.domain.events import ReactionsChanged
from chatrooms.services.details import reactions_of
from chatrooms.services.emojis import check_emoji
from chatrooms.services.event_log import append_event, take_seq
from chatrooms.services.marking import access_to_mark

MAX_EMOJI = 20
"""How many different emoji one message can carry."""


def react(
    deps: Deps,
    *,
    actor_id: int,
    room_id: int,
    message_id: int,
    emoji: str,
    is_on: bool,
    from_sid: str = "",
) -> str:
    """Put an emoji on a message, or take one's own off, and return its full form. Doing it again
    changes nothing.

    The actor's other tabs are told; the one on the socket `from_sid` knows already.
    Raises: InvalidInput if it is not exactly one emoji, or one too many; MessageUnavailable if the
        message is deleted; RateLimited; as `access_to_mark`.
    """
    symbol = check_emoji(emoji)
    with transaction(deps.sessions) as tx:
        access, message = access_to_mark(
            tx, deps, actor_id=actor_id, room_id=room_id, message_id=message_id
        )
        present = tx.get(ReactionRow, (message.id, symbol, access.actor.id))
        if (present is not None) == bool(is_on):
            return symbol
        if present is None:
            _check_room_for(tx, message_id=message.id, symbol=symbol)
        seq = take_seq(tx, room_id=access.room_id)
        if present is None:
            actor = access.actor.id
            tx.add(ReactionRow(message_id=message.id, emoji=symbol, account_id=actor, seq=seq))
        else:
            tx.delete(present)
        tx.flush()
        found = reactions_of(tx, [message.id]).get(message.id, ())
        event = ReactionsChanged(message_id=message.id, reactions=found)
        append_event(tx, deps, room_id=access.room_id, seq=seq, event=event)
        tx.after_commit(lambda: deps.bus.nudge_account(actor_id, "marks", from_sid=from_sid))
        return symbol


def _check_room_for(tx: Transaction, *, message_id: int, symbol: str) -> None:
    others = tx.execute(
        select(func.count(func.distinct(col(ReactionRow.emoji)))).where(
            col(ReactionRow.message_id) == message_id, col(ReactionRow.emoji) != symbol
        )
    ).scalar_one()
    if others >= MAX_EMOJI:
        raise InvalidInput(f"A message can carry at most {MAX_EMOJI} different emoji.")
