"""Judging messages that wait: model and rules score, the room's policy decides.

A batch is taken under a lease, scored outside of any transaction, and settled room by room under
the room's lock, where it is asked again what still holds: the text, the policy, the room's
correction of the model, that the message was not deleted. Whoever comes second finds nothing to
settle, so judging twice has one effect; and what a killed worker had taken is due again when its
lease is over.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import bindparam, select, text
from sqlmodel import col

from chatrooms.adapters import metrics
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import CaseRow, Message
from chatrooms.domain.moderation import (
    Decision,
    Mode,
    Outcome,
    Policy,
    Queue,
    Status,
    decide,
)
from chatrooms.services import waking
from chatrooms.services.ai.following import following
from chatrooms.services.event_log import lock_judging
from chatrooms.services.moderation import corrections, outcomes, rejudging
from chatrooms.services.moderation.cases import list_staff
from chatrooms.services.moderation.counting import count_moderated
from chatrooms.services.moderation.in_order import pass_turn, without_early
from chatrooms.services.moderation.matching import NOTHING, Fit, find_fits, load_rules
from chatrooms.services.moderation.scoring import Scored, score
from chatrooms.services.moderation.texts import Text, find_choices, find_texts
from chatrooms.services.moderation.verdicts import store

if TYPE_CHECKING:
    from chatrooms.ml.correction import Correction

log = structlog.get_logger(__name__)

BATCH = 256
_CLAIM = text("""
    UPDATE messages SET judge_at = now() + interval '5 seconds'
    WHERE id IN (
        SELECT id FROM messages
        WHERE judge_at IS NOT NULL AND judge_at <= now() + interval '1 second'
        ORDER BY judge_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, room_id, coalesce(held_edit, body) AS body, has_poll,
        (SELECT correction_id FROM rooms WHERE rooms.id = messages.room_id) AS correction_id
""")


@dataclass(frozen=True, slots=True)
class _Taken:
    """A message that this worker took, and what it made of the text."""

    message_id: int
    text: Text
    correction_id: int | None
    """The correction that it was scored with."""
    scored: Scored


def judge_waiting(deps: Deps) -> int:
    """Judge everything that waits; how many messages were settled. Safe to repeat, and at once by
    several workers."""
    waking.note_begun(deps, waking.JUDGING)
    settled, is_more_due = 0, True
    while is_more_due:
        rows, texts, known = _claim(deps)
        # What was posted since asks for a worker itself.
        is_more_due = len(rows) == BATCH
        used = [known.get(row.correction_id) for row in rows]
        scored = score(deps, texts, used)
        by_room: dict[int, list[_Taken]] = defaultdict(list)
        for row, text_, each in zip(rows, texts, scored, strict=True):
            by_room[row.room_id].append(_Taken(row.id, text_, row.correction_id, each))
        for room_id, taken in by_room.items():
            done, makes_due = _settle(deps, room_id=room_id, taken=taken)
            settled += done
            is_more_due |= makes_due
    return settled


def _claim(deps: Deps) -> tuple[Sequence[Any], list[Text], Mapping[int | None, "Correction"]]:
    """Messages that wait, their texts, and the corrections of their rooms by id."""
    with transaction(deps.sessions) as tx:
        rows = tx.execute(_CLAIM, {"limit": BATCH}).all()
        ids = {row.correction_id for row in rows}
        choices = find_choices(tx, rows)
        texts = [Text(row.body, choices.get(row.id, ())) for row in rows]
        return rows, texts, corrections.load(tx, deps, ids=ids)


def _settle(deps: Deps, *, room_id: int, taken: Sequence[_Taken]) -> tuple[int, bool]:
    """How many were settled, and whether others are due now: edited meanwhile, or next in turn."""
    by_id = {each.message_id: each for each in taken}
    with transaction(deps.sessions) as tx:
        policy, correction_id = lock_judging(tx, room_id=room_id)
        correction = corrections.load(tx, deps, ids=[correction_id]).get(correction_id)
        found = _still_waiting(tx, list(by_id))
        texts = find_texts(tx, [message for message, _ in found])
        unchanged = [m for m, _ in found if texts[m.id] == by_id[m.id].text]
        stale = [m for m in unchanged if by_id[m.id].correction_id != correction_id]
        scored = {m.id: by_id[m.id].scored for m in unchanged}
        scored |= _scored_anew(deps, {m.id: texts[m.id] for m in stale}, correction)
        waits_in = {message.id: queue for message, queue in found if queue is not None}
        standing, held_by = without_early(tx, room_id=room_id, messages=unchanged)
        undecided = {
            each.id
            for each in standing
            if each.status == Status.PENDING or each.held_edit is not None
        }
        verdicts = _verdicts(tx, deps, policy, standing, texts, scored, waits_in, correction)
        store(tx, deps, room_id=room_id, policy=policy, verdicts=verdicts)
        with following(tx, deps, [each.message for each in verdicts]):
            outcomes.apply(tx, deps, room_id=room_id, policy=policy, verdicts=verdicts)
        has_passed_turn = pass_turn(tx, room_id=room_id, authors=held_by)
        decided = sum(
            each.message.id in undecided and each.status_after is not Status.PENDING
            for each in verdicts
        )
        count_moderated(tx, deps, room_id=room_id, policy=policy, more=decided)
        if any(each.id not in undecided or each.id in waits_in for each in standing):
            rejudging.announce_judged(tx, deps, room_id=room_id)
    for each in verdicts:
        metrics.VERDICTS.labels(decision=each.outcome.decision.value).inc()
    return len(verdicts), has_passed_turn or len(unchanged) < len(found)


def _scored_anew(
    deps: Deps, texts: Mapping[int, Text], correction: "Correction | None"
) -> dict[int, Scored]:
    """For messages whose room took another correction into use while they were scored."""
    if not texts:
        return {}
    again = score(deps, list(texts.values()), [correction] * len(texts))
    return dict(zip(texts, again, strict=True))


_STILL_WAITING = (
    select(Message, col(CaseRow.queue))
    .outerjoin(
        CaseRow, (col(CaseRow.message_id) == col(Message.id)) & col(CaseRow.closed_at).is_(None)
    )
    .where(
        col(Message.id).in_(bindparam("ids", expanding=True)),
        col(Message.judge_at).is_not(None),
        col(Message.deleted_at).is_(None),
    )
    .order_by(col(Message.id))
    .with_for_update(of=Message)
)


def _still_waiting(
    tx: Transaction, message_ids: Sequence[int]
) -> list[tuple[Message, Queue | None]]:
    """Those that still wait to be judged, and where each waits for a moderator meanwhile."""
    rows = tx.execute(_STILL_WAITING, {"ids": message_ids}).all()
    return [(message, Queue(queue) if queue else None) for message, queue in rows]


def _verdicts(
    tx: Transaction,
    deps: Deps,
    policy: Policy,
    messages: Sequence[Message],
    texts: Mapping[int, Text],
    scored: Mapping[int, Scored],
    waits_in: Mapping[int, Queue],
    correction: "Correction | None",
) -> list[outcomes.Verdict]:
    if not messages:
        return []
    room_id = messages[0].room_id
    is_manual = policy.mode is Mode.MANUAL
    staff = set(list_staff(tx, room_id=room_id)) if is_manual else set[int]()
    rules = load_rules(tx, room_id=room_id)
    fits = find_fits(tx, rules=rules, messages=messages, texts=texts)
    scored = {**scored, **_without_allowed(deps, texts, fits, scored, correction)}
    return [
        outcomes.Verdict(
            message=message,
            scored=scored[message.id],
            outcome=_outcome(
                policy,
                scored[message.id],
                fits.get(message.id, NOTHING),
                by_staff=message.author_id in staff,
            ),
            waits_in=waits_in.get(message.id),
        )
        for message in messages
    ]


def _without_allowed(
    deps: Deps,
    texts: Mapping[int, Text],
    fits: Mapping[int, Fit],
    scored: Mapping[int, Scored],
    correction: "Correction | None",
) -> dict[int, Scored]:
    """What the model makes of messages without the words that rules vouch for, if that is less."""
    some = [id_ for id_, fit in fits.items() if fit.allowed and not fit.is_allowed]
    if not some:
        return {}
    rests = [texts[id_].reworded(fits[id_].rest(texts[id_].whole)) for id_ in some]
    again = score(deps, rests, [correction] * len(rests))
    return {
        # The places of what drove the score are those of another text.
        id_: replace(each, evidence=())
        for id_, each in zip(some, again, strict=True)
        if each.score is not None and each.score < (scored[id_].score or 0)
    }


def _outcome(policy: Policy, scored: Scored, fit: Fit, *, by_staff: bool) -> Outcome:
    outcome = decide(
        policy,
        score=scored.score,
        hits=fit.hits,
        is_allowed=fit.is_allowed,
        is_asked=scored.model != "",
    )
    if outcome.decision is Decision.REVIEW and by_staff:
        # Those who would look at it wrote it.
        return Outcome(Decision.APPROVE, hits=outcome.hits)
    return outcome
