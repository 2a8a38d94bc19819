"""What follows from verdicts: what screens show, what waits for moderators, who is told."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction
from chatrooms.db.tables import Message
from chatrooms.domain.moderation import (
    STATUS_AFTER,
    STOPPED,
    WITHHELD_AFTER,
    Decision,
    Mode,
    Outcome,
    Policy,
    Queue,
    Status,
)
from chatrooms.domain.notifications import Kind
from chatrooms.services import editing
from chatrooms.services.ai.calls import note_call
from chatrooms.services.moderation.alerts import alert
from chatrooms.services.moderation.cases import NewCase, nudge_staff, open_cases
from chatrooms.services.moderation.scoring import Scored
from chatrooms.services.moderation.standing import nudge_authors
from chatrooms.services.moderation.withholding import withhold
from chatrooms.services.notify import notify
from chatrooms.services.publishing import publish_all

_QUEUE_OF = {
    Decision.REVIEW: Queue.UNREVIEWED,
    Decision.FLAG: Queue.FLAGGED,
    Decision.HIDE: Queue.FLAGGED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What model, rules and policy made of a message that waits."""

    message: Message
    scored: Scored
    outcome: Outcome
    waits_in: Queue | None = None
    """The queue in which it waits for a moderator already."""

    @property
    def status_after(self) -> Status:
        """The status that follows. What waits for a moderator is not approved over their heads."""
        if self.outcome.decision is Decision.APPROVE and self.waits_in is Queue.FLAGGED:
            return Status.FLAGGED
        return STATUS_AFTER[self.outcome.decision]


def apply(
    tx: Transaction, deps: Deps, *, room_id: int, policy: Policy, verdicts: Sequence[Verdict]
) -> None:
    """Carry out verdicts of one room, in the order in which the messages were written. The caller
    holds the room's lock."""
    alerts: dict[Kind, Message] = {}
    kept_back: dict[int, int] = {}
    cases: list[NewCase] = []
    passed: list[Message] = []
    for verdict in verdicts:
        message, decision = verdict.message, verdict.outcome.decision
        message.status, message.judge_at = verdict.status_after, None
        queue = _QUEUE_OF.get(decision) or _sampled(policy, verdict)
        if queue is not None:
            cases.append(NewCase(message, queue, verdict.scored.score))
        if decision in (Decision.HIDE, Decision.REMOVE):
            why = WITHHELD_AFTER[decision]
            withhold(tx, deps, message=message, why=why, is_for_edit=True)
            _tell_author(tx, deps, verdict)
            kept_back[message.id] = message.author_id
        else:
            passed.append(message)
        if decision in STOPPED:
            is_removed = decision is Decision.REMOVE
            alerts[Kind.AUTO_REMOVED if is_removed else Kind.UNSAFE] = message
    open_cases(tx, deps, cases)
    _let_pass(tx, deps, passed)
    nudge_authors(tx, deps, room_id=room_id, authors=kept_back)
    if cases or alerts:
        staff = nudge_staff(tx, deps, room_id=room_id)
        for kind, message in alerts.items():
            alert(tx, deps, kind=kind, message=message, staff=staff)


def _let_pass(tx: Transaction, deps: Deps, messages: Sequence[Message]) -> None:
    """Let held messages take their places, show everybody the edits that wait, and have the
    assistant answer those that call it. What is withheld stays so: moderators decide."""
    publish_all(tx, deps, messages=[message for message in messages if message.is_held])
    for message in messages:
        editing.publish_held(tx, deps, message=message)
        note_call(tx, deps, message=message)


def _sampled(policy: Policy, verdict: Verdict) -> Queue | None:
    if policy.mode is Mode.MANUAL or verdict.outcome.decision is not Decision.APPROVE:
        return None
    # By the message's id, so that judging it twice samples it alike.
    draw = zlib.crc32(str(verdict.message.id).encode()) % 1_000
    return Queue.SAMPLE if draw < policy.sample_per_mille else None


def _tell_author(tx: Transaction, deps: Deps, verdict: Verdict) -> None:
    message = verdict.message
    is_removed = verdict.outcome.decision is Decision.REMOVE
    notify(
        tx,
        deps,
        account_ids=[message.author_id],
        kind=Kind.MODERATED,
        group_key=str(message.id),
        room_id=message.room_id,
        message_id=message.id,
        detail="removed" if is_removed else "review",
    )
