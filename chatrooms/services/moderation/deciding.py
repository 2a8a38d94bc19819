"""Deciding cases, one or several, and taking that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.errors import (
    CaseDecided,
    CaseUnavailable,
    ChatError,
    InvalidInput,
    MessageUnavailable,
)
from chatrooms.services.access import access_case
from chatrooms.services.moderation import decisions, undoing

Action = Literal["keep", "remove"]
MAX_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Made:
    """A decision that can be undone."""

    room_id: int
    decision_id: int


def decide(deps: Deps, *, actor_id: int, case_id: int, action: Action, reason: str = "") -> Made:
    """Keep or remove the message of a case that still waits; of two moderators at once, one does.
    For moderators of its room.

    Raises: CaseUnavailable; CaseDecided; InvalidInput for an appeal against a sanction, which
        `sanction_answers.answer` answers; and as `decisions.keep`.
    """
    with transaction(deps.sessions) as tx:
        access, case = access_case(tx, actor_id=actor_id, case_id=case_id)
        room_id, message_id = access.room_id, case.message_id
    if message_id is None:
        raise InvalidInput("An appeal against a time-out or ban is answered by itself.")
    act = decisions.keep if action == "keep" else decisions.remove
    try:
        decision_id = act(
            deps,
            actor_id=actor_id,
            room_id=room_id,
            message_id=message_id,
            reason=reason,
            case_id=case_id,
        )
    except MessageUnavailable as error:
        raise CaseDecided("Its author deleted this message.") from error
    return Made(room_id, decision_id)


def decide_all(
    deps: Deps, *, actor_id: int, case_ids: Sequence[int], action: Action, reason: str = ""
) -> list[Made]:
    """Keep or remove the messages of several cases, one by one; those that wait no more, or that
    somebody else must decide, are left as they are. At most `MAX_AT_ONCE`.

    Raises: CaseUnavailable if one of them is not the actor's to see, before anything is decided.
    """
    chosen = list(dict.fromkeys(case_ids))[:MAX_AT_ONCE]
    with transaction(deps.sessions) as tx:
        for case_id in chosen:
            access_case(tx, actor_id=actor_id, case_id=case_id)
    made: list[Made] = []
    for case_id in chosen:
        try:
            made.append(
                decide(deps, actor_id=actor_id, case_id=case_id, action=action, reason=reason)
            )
        except CaseUnavailable:
            raise
        except ChatError:
            continue
    return made


def undo_all(deps: Deps, *, actor_id: int, made: Sequence[Made]) -> int:
    """Take back these decisions, the last first; how many. Those of which something else was
    decided since stay. Raises: as `undoing.undo` if it is a single one."""
    undone = 0
    for each in reversed(made):
        try:
            undoing.undo(
                deps, actor_id=actor_id, room_id=each.room_id, decision_id=each.decision_id
            )
            undone += 1
        except ChatError:
            if len(made) == 1:
                raise
    return undone
