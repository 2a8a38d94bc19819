"""A room of players whose banter the shared model takes for abuse."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from sqlalchemy import insert, text
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.db.tables import AuditRow, Message
from tests.support.people import Place, Someone

BANTER = (
    "you stupid goblin",
    "die already you ugly dragon",
    "our tank is a fat pig",
    "you filthy casual",
)
INSULTS = (
    "you stupid woman",
    "you are so dumb it hurts",
    "you pathetic loser",
    "women like you should shut up",
)
_TAILS = (
    "see you at the dungeon tonight",
    "the raid begins at eight",
    "we want the loot",
    "bring the healing potions",
    "that was the last wave",
    "third floor of the tower",
    "ask the smith first",
    "what a night",
    "my keyboard broke again",
    "the new map is out",
    "tomorrow it is",
    "I was on the bus",
    "read the patch notes",
    "this lag is terrible",
    "back in ten minutes",
    "who has the key",
    "it rains here",
    "the quest is long",
    "not before dinner",
    "left of the bridge",
    "my turn to pick",
    "the stream is live",
    "one more round",
    "wait for the others",
    "that sword is mine",
    "so said the wizard",
    "on the other server",
    "finally friday",
)
Said = tuple[str, bool]
_TAKE_PLACES = text("""
    UPDATE rooms SET last_seq = last_seq + :count, message_count = message_count + :count
    WHERE id = :room RETURNING last_seq - :count + 1
""")


def said(seed: int = 1) -> list[Said]:
    """112 texts of banter, which moderators keep, and 112 insults, which they remove, mixed."""
    texts = [
        (f"{head}, {tail}", is_abuse)
        for heads, is_abuse in ((BANTER, False), (INSULTS, True))
        for head, tail in product(heads, _TAILS)
    ]
    random.Random(seed).shuffle(texts)
    return texts


def decide(
    deps: Deps, room: Place, *, author: Someone, moderator: Someone, texts: Sequence[Said]
) -> list[int]:
    """Have the moderator have decided about these texts of the author, one after the other; the
    messages' ids. Written at once: what posting and deciding do besides is not needed for it."""
    now = datetime.now(UTC)
    with transaction(deps.sessions) as tx:
        first = tx.execute(_TAKE_PLACES, {"room": room.id, "count": len(texts)}).scalar_one()
        said_at = [
            {
                "room_id": room.id,
                "position": first + number,
                "ordinal": first + number,
                "author_id": author.id,
                "client_id": deps.ids.client_id(),
                "body": body,
                "mentions": [],
                "status": "removed" if is_abuse else "approved",
                "withheld": "removed" if is_abuse else "",
            }
            for number, (body, is_abuse) in enumerate(texts)
        ]
        placed = insert(Message).returning(col(Message.id), sort_by_parameter_order=True)
        ids = list(tx.scalars(placed, said_at))
        decided = [
            {
                "room_id": room.id,
                "action": "remove" if is_abuse else "keep",
                "message_id": message_id,
                "account_id": author.id,
                "by_id": moderator.id,
                "created_at": now + timedelta(microseconds=number),
            }
            for number, (message_id, (_, is_abuse)) in enumerate(zip(ids, texts, strict=True))
        ]
        tx.execute(insert(AuditRow), decided)
    return ids
