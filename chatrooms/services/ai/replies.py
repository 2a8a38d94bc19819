"""The assistant's answer in the room: an ordinary message of its account, posted in the transaction
that ends the turn, so that it is there exactly once."""

import structlog
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AssistantTurn
from chatrooms.domain.assistant import Fault, Outcome
from chatrooms.domain.errors import ChatError, SourcesChanged
from chatrooms.domain.notifications import Kind
from chatrooms.domain.permissions import Permission
from chatrooms.domain.published import published
from chatrooms.domain.text import check_body
from chatrooms.domain.usage import Usage
from chatrooms.services.access import access_room
from chatrooms.services.admission import admit
from chatrooms.services.ai.answering import Ended, RunningTurn, check_may_go_on, store_end
from chatrooms.services.ai.calls import Call
from chatrooms.services.ai.cited import still_says
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation import slow_mode
from chatrooms.services.notify import notify
from chatrooms.services.posting import NewMessage, store

log = structlog.get_logger(__name__)

NOTHING_FOUND = "I found nothing in this room that answers that."
BY_WORDS = "\n\n*Mostly by words: search by meaning is not ready.*"
"""Added to what was found so, as the pane says it."""


def client_id_of(turn_id: int) -> str:
    """What the answer's message is called by: screens that show it being written know it by it."""
    return f"turn-{turn_id}"


def finish(deps: Deps, turn: RunningTurn, call: Call, ended: Ended, usage: Usage) -> bool:
    """Store what an attempt at a call ended with, and post the answer; whether one was posted.

    Nothing is posted if the turn ended before, if another attempt was begun, or if the call does
    not stand any more. Of a failure the caller alone is told.
    """
    try:
        with transaction(deps.sessions) as tx:
            return _finish(tx, deps, turn, call, ended, usage)
    except (ChatError, IntegrityError) as error:
        # The room does not let it post, such as in slow mode: all of that was rolled back.
        log.info("answer_not_posted", turn_id=turn.id, error=type(error).__name__)
        failed = Ended(Outcome.FAILED, error=Fault.UNEXPECTED, told=Fault.UNEXPECTED.sentence)
        if isinstance(error, ChatError):
            failed = Ended(Outcome.FAILED, error=error.code, told=str(error))
        with transaction(deps.sessions) as tx:
            return _finish(tx, deps, turn, call, failed, usage)


def _finish(
    tx: Transaction, deps: Deps, turn: RunningTurn, call: Call, ended: Ended, usage: Usage
) -> bool:
    lock_room(tx, room_id=turn.room_id)
    try:
        check_may_go_on(tx, turn)
    except ChatError:
        ended = Ended(Outcome.STOPPED)
    if ended.outcome is Outcome.ANSWERED and not still_says(
        tx, room_id=turn.room_id, revisions=ended.rests_on or {}
    ):
        ended = Ended(Outcome.FAILED, error=SourcesChanged.code, told=SourcesChanged.sentence)
    is_posted = ended.outcome in (Outcome.ANSWERED, Outcome.NO_ANSWER)
    # Posted first: a refusal must not leave a turn behind that ended well.
    if not store_end(tx, deps, turn, ended, usage):
        return False
    if is_posted:
        paths = call.permalinks(deps, ended.sources)
        # Where messages may have hardly more than this line, the answer matters more.
        has_note = ended.by_words and deps.settings.max_body_chars > 2 * len(BY_WORDS)
        note = BY_WORDS if has_note else ""
        left = deps.settings.max_body_chars - len(note)
        text = published(ended.answer or NOTHING_FOUND, paths, max_chars=left) + note
        reply_id = _post(tx, deps, turn, call, text)
        if ended.outcome is Outcome.ANSWERED:
            tx.execute(
                update(AssistantTurn)
                .where(col(AssistantTurn.id) == turn.id)
                .values(reply_id=reply_id)
            )
    elif ended.outcome is Outcome.FAILED:
        _tell(tx, deps, turn, call, ended.told or Fault.UNEXPECTED.sentence)
    return is_posted


def _post(tx: Transaction, deps: Deps, turn: RunningTurn, call: Call, text: str) -> int:
    """Post as the assistant, who joins the room first if it is no member; the message's id. Raises:
    as `admit`, `access_room`, `slow_mode.turn`."""
    actor_id = call.assistant.id
    admit(tx, deps, room_id=turn.room_id, account_id=actor_id)
    access = access_room(tx, actor_id=actor_id, room_id=turn.room_id, to=Permission.POST)
    new = NewMessage(
        client_id=client_id_of(turn.id),
        body=check_body(text, max_chars=deps.settings.max_body_chars),
        sent_at=deps.clock(),
        thread_id=call.thread_id,
    )
    with slow_mode.turn(deps, access=access, what=new.client_id):
        return store(tx, deps, access=access, new=new).id


def _tell(tx: Transaction, deps: Deps, turn: RunningTurn, call: Call, sentence: str) -> None:
    notify(
        tx,
        deps,
        account_ids=[turn.account_id],
        kind=Kind.UNANSWERED,
        group_key=str(call.message_id),
        room_id=turn.room_id,
        message_id=call.message_id,
        thread_id=call.thread_id if call.thread_id != call.message_id else None,
        detail=sentence,
    )
