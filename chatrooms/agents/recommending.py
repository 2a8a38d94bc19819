"""Making the recommendations that are due. A language model, where there is one, puts the rooms
that were chosen in order and says why in its own words; it can add none."""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from pydantic import BaseModel, Field

from chatrooms.bootstrap import Deps
from chatrooms.domain.errors import AnswerUnusable, AssistantUnavailable
from chatrooms.domain.prompting import DATA_NOTICE, Block, block
from chatrooms.domain.recommending import MAX_SAID_CHARS
from chatrooms.domain.usage import Usage
from chatrooms.services.ai import use
from chatrooms.services.recommending import requests, storing, telling
from chatrooms.services.recommending.choosing import choose
from chatrooms.services.recommending.telling import Told
from chatrooms.services.waking import RECOMMENDING, note_begun, wake

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

log = structlog.get_logger(__name__)

FEATURE = "recommendations"
_AT_ONCE = 500
"""For so many people at once the rooms are read once. The task may take minutes."""
_RETOLD = 10
"""For how many people at once a model is asked: more do not wait for it."""
_TURN_S = 30.0
_INSTRUCTIONS = (
    "You tell somebody which chat rooms to look into next. The rooms were chosen already."
    f" {DATA_NOTICE}\n"
    "Give the numbers `n` of the rooms, the most worthwhile first, each once and none that is not"
    " listed. To each give a reason of at most {max_chars} characters in the second person, which"
    " says what the given reason says and names what that names. Claim nothing else."
)


class _Suggested(BaseModel):
    """One room."""

    n: int = Field(description="Its number.")
    reason: str = Field(default="", description="Why, in one sentence to the person.")


class _Suggestions(BaseModel):
    """The rooms in their order."""

    rooms: list[_Suggested]


def make_due(deps: Deps) -> None:
    """Make all recommendations that are due, for up to half a minute; then another worker is asked
    for what is left. Safe to repeat, and at once by several.

    Raises: VectorsUnavailable, ModelUnusable: those that could not be made are still due.
    """
    note_begun(deps, RECOMMENDING)
    began = monotonic()
    while due := requests.take(deps, limit=_AT_ONCE):
        try:
            made = choose(deps, account_ids=[each.account_id for each in due])
            changed = storing.store(deps, due=due, made=made, model=deps.embedding.key)
        except BaseException:
            requests.give_back(deps, due)
            raise
        log.info("recommendations_made", people=len(due), changed=len(changed))
        waiting = {each.account_id for each in due if not each.is_nightly}
        for account_id in [each for each in changed if each in waiting][:_RETOLD]:
            retell(deps, account_id=account_id)
        if monotonic() - began > _TURN_S:
            wake(deps, RECOMMENDING)
            return


def retell(deps: Deps, *, account_id: int) -> None:
    """Have a language model put somebody's recommendations in order and say why. Without one, or if
    it is away or talks nonsense, they stay as they are."""
    if deps.chat.is_built_in or deps.chat.is_refusing:
        return
    given = telling.begin(deps, account_id=account_id)
    if given is None:
        return
    usage = Usage()
    try:
        answer = deps.chat.structured(_prompt(given.rooms), _Suggestions, usage=usage)
        said = _checked(answer, given.rooms)
    except (AssistantUnavailable, AnswerUnusable) as error:
        log.warning("recommendations_not_retold", error=type(error).__name__)
        said = []
    use.record(
        deps,
        room_id=None,
        feature=FEATURE,
        usage=usage,
        account_id=account_id,
    )
    if said:
        telling.retell(deps, given, said=said, model=usage.model)


def _prompt(rooms: Sequence[Told]) -> list["BaseMessage"]:
    from langchain_core.messages import HumanMessage, SystemMessage

    given = block("rooms", [_room(n, room) for n, room in enumerate(rooms, start=1)])
    return [
        SystemMessage(_INSTRUCTIONS.format(max_chars=MAX_SAID_CHARS)),
        HumanMessage(str(given)),
    ]


def _room(n: int, room: Told) -> Block:
    parts = {
        "name": room.name,
        "topic": room.topic,
        "description": room.description,
        "tags": ", ".join(room.tags),
        "reason": room.reason,
    }
    return block("room", [block(name, text) for name, text in parts.items() if text], n=n)


def _checked(answer: _Suggestions, rooms: Sequence[Told]) -> list[tuple[int, str]]:
    """The rooms that were given, each once, in the order of the answer; with a reason if that names
    what it rests on and is one short line."""
    found: dict[int, str] = {}
    for each in answer.rooms:
        if 1 <= each.n <= len(rooms) and (room := rooms[each.n - 1]).room_id not in found:
            found[room.room_id] = _said(each.reason, room)
    return list(found.items())


def _said(reason: str, room: Told) -> str:
    said = " ".join(reason.split())
    names_it = any(name.lower() in said.lower() for name in room.names)
    return said if names_it and said.isprintable() and len(said) <= MAX_SAID_CHARS else ""
