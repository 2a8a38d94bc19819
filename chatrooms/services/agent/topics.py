"""Topics that an agent suggested, started by people."""

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import Account, AgentOutput
from chatrooms.domain.agent import TOPIC
from chatrooms.domain.errors import MessageUnavailable
from chatrooms.domain.events import Named, TopicStarted
from chatrooms.domain.permissions import Permission
from chatrooms.services.access import access_message
from chatrooms.services.event_log import lock_room, record


def start_topic(deps: Deps, *, actor_id: int, room_id: int, message_id: int) -> None:
    """Make a suggested topic a thread: from then on everybody sees who started it. Starting it
    again changes nothing.

    Raises: MessageUnavailable if the message suggests no topic, or nobody sees it any more; as
        `access_message`.
    """
    with transaction(deps.sessions) as tx:
        access, message = access_message(
            tx, actor_id=actor_id, room_id=room_id, message_id=message_id, to=Permission.POST
        )
        lock_room(tx, room_id=access.room_id)
        tx.refresh(message)
        output = tx.execute(
            select(AgentOutput)
            .where(
                col(AgentOutput.message_id) == message.id,
                col(AgentOutput.kind) == TOPIC,
            )
            .with_for_update()
        ).scalar_one_or_none()
        if output is None or message.withheld or message.deleted_at is not None:
            raise MessageUnavailable
        if output.started_by is not None:
            return
        output.started_by = access.actor.id
        tx.flush()
        name = tx.get_one(Account, access.actor.id).name
        event = TopicStarted(message_id=message.id, by=Named(id=access.actor.id, name=name))
        record(tx, deps, room_id=access.room_id, event=event)
