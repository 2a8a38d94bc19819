"""Cases and people in words, for the browser."""

from collections.abc import Sequence

from chatrooms.domain.moderation import Mode, Queue, Withheld
from chatrooms.live.rows import MODES, iso, person_row
from chatrooms.services.bans import BAN, TIME_OUT
from chatrooms.services.moderation.queue import Case, Desk
from chatrooms.services.moderation.record import MANY, Entry, Record
from chatrooms.services.moderation.review import CaseInFull, Judgement, Said
from chatrooms.services.moderation.sanction_review import Removed, SanctionCase
from chatrooms.services.moderation.texts import Choice, Mark
from chatrooms.state.rows import (
    CaseInFullRow,
    CaseRow,
    ChoiceTextRow,
    DeskRoomRow,
    EntryRow,
    QueueRow,
    RecordRow,
    SaidRow,
    SanctionCaseRow,
    SegmentRow,
)

QUEUES = {
    Queue.FLAGGED: "Flagged",
    Queue.UNREVIEWED: "Unreviewed",
    Queue.REPORTED: "Reported",
    Queue.APPEALS: "Appeals",
    Queue.SAMPLE: "Samples",
    Queue.PROPOSALS: "Agent proposals",
}
_WITHHELD = {Withheld.REMOVED: "removed", Withheld.REVIEW: "hidden"}
_ACTIONS = {
    "keep": "Kept",
    "remove": "Removed",
    "flag": "Flagged",
    "hide": "Hidden for review",
    "undo": "Decision undone",
    "report": "Reported",
    "appeal": "Appealed",
    "time_out": "Timed out",
    "ban": "Banned",
    "lift": "Sanction lifted",
    "uphold": "Sanction upheld",
}
_AGAINST = {BAN: "Ban: ", TIME_OUT: "Time-out: "}
_DECISIONS = {
    "approve": "let it pass",
    "review": "left it to moderators",
    "flag": "flagged it",
    "hide": "hid it for review",
    "remove": "removed it",
}


def queue_rows(desk: Desk, *, room_id: int) -> list[QueueRow]:
    """Every queue with what waits in it, in all rooms or in one."""
    rows: list[QueueRow] = []
    for queue, name in QUEUES.items():
        waiting = [
            w for w in desk.waiting if w.queue is queue and (not room_id or w.room_id == room_id)
        ]
        oldest = min((w.oldest_at for w in waiting), default=None)
        count = sum(w.count for w in waiting)
        rows.append(QueueRow(queue.value, name, count, iso(oldest) if oldest else ""))
    return rows


def room_rows(desk: Desk) -> list[DeskRoomRow]:
    """The rooms with how much waits in each."""
    return [
        DeskRoomRow(r.id, r.name, sum(w.count for w in desk.waiting if w.room_id == r.id), r.slug)
        for r in desk.rooms
    ]


def case_row(case: Case) -> CaseRow:
    """A case for the list."""
    return CaseRow(
        id=case.id,
        message_id=case.message_id,
        sanction=case.sanction,
        room_name=case.room_name,
        author=case.author,
        text=_AGAINST.get(case.sanction, "") + case.text,
        choices=case.choices,
        score=_score(case.score),
        opened_at=iso(case.opened_at),
        claimed_by=case.claimed_by,
    )


def full_row(case: CaseInFull) -> CaseInFullRow:
    """The open case."""
    policy = case.policy
    room = f"/rooms/{case.room_slug}"
    return CaseInFullRow(
        id=case.id,
        message_id=case.message_id,
        room_name=case.room_name,
        path=room if case.is_held else f"{room}?message={case.message_id}",
        author=person_row(case.author),
        sent_at=iso(case.sent_at),
        notes=_notes(case),
        segments=segments(case.body, case.marks),
        choices=choice_rows(case.choices),
        files=list(case.files),
        score=_score(case.score),
        percent=round((case.score or 0) * 100),
        flag_percent=round(policy.flag_threshold * 100),
        flag_at=_score(policy.flag_threshold) if policy.mode is not Mode.MANUAL else "",
        remove_percent=round(policy.remove_threshold * 100),
        remove_at=_score(policy.remove_threshold) if policy.mode is Mode.AUTO else "",
        why=_why(case),
        before=[_said(each) for each in case.before],
        after=[_said(each) for each in case.after],
        reports=[EntryRow(text=each.reason, at=iso(each.created_at)) for each in case.reports],
        appeal=case.appeal,
        history=_history(case),
        claimed_by=case.claimed_by,
    )


def appeal_row(case: SanctionCase) -> CaseInFullRow:
    """The open case where it is an appeal against a sanction, as far as it is like others."""
    return CaseInFullRow(
        id=case.id,
        room_name=case.room_name,
        path=f"/rooms/{case.room_slug}",
        author=person_row(case.person),
        sent_at=iso(case.opened_at),
        appeal=case.appeal,
        claimed_by=case.claimed_by,
    )


def sanction_row(case: SanctionCase) -> SanctionCaseRow:
    """What an appeal is against, and why one cannot answer it."""
    return SanctionCaseRow(
        id=case.id,
        is_ban=case.kind == BAN,
        imposed_by=case.imposed_by,
        imposed_at=iso(case.imposed_at),
        until=iso(case.until) if case.until else "",
        reason=case.reason,
        removals=[_removed(each) for each in case.removals],
        why_not=case.why_not,
    )


def _removed(each: Removed) -> EntryRow:
    why = f": {each.reason}" if each.reason else ""
    by = each.by or "model and rules"
    return EntryRow(each.text or "A file", f"Removed by {by}{why}", iso(each.removed_at))


def record_row(record: Record) -> RecordRow:
    """The person beside the case."""
    count = record.message_count
    return RecordRow(
        person=person_row(record.person),
        role=record.role or "not a member any more",
        joined_at=iso(record.joined_at) if record.joined_at else "",
        messages=f"{MANY}+" if count >= MANY else str(count),
        removed=record.removed_count,
        sanctions=[
            EntryRow(
                "Banned" if each.kind == "ban" else "Timed out",
                each.reason,
                iso(each.until) if each.until else "",
            )
            for each in record.sanctions
        ],
        decisions=[_entry(each) for each in record.decisions],
        notes=[EntryRow(each.by, each.reason, iso(each.created_at)) for each in record.notes],
        recent=[
            SaidRow("", each.text, iso(each.sent_at), _withheld(each.withheld))
            for each in record.recent
        ],
    )


def segments(body: str, marks: Sequence[Mark]) -> list[SegmentRow]:
    """The text in pieces, in which the marked ones are told apart; together they are the text."""
    rows: list[SegmentRow] = []
    done = 0
    for mark in marks:
        rows += [SegmentRow(body[done : mark.start]), SegmentRow(body[mark.start : mark.end], True)]
        done = mark.end
    return [row for row in (*rows, SegmentRow(body[done:])) if row.text]


def choice_rows(choices: Sequence[Choice]) -> list[ChoiceTextRow]:
    """A poll's choices, for reading alone."""
    return [ChoiceTextRow(segments(each.text, each.marks)) for each in choices]


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _notes(case: CaseInFull) -> list[str]:
    notes = [
        "deleted by its author" if case.is_deleted else "",
        "held" if case.is_held else _WITHHELD.get(case.withheld, ""),
        "edited" if case.is_edited else "",
    ]
    return [note for note in notes if note]


def _why(case: CaseInFull) -> str:
    newest = case.judgements[0] if case.judgements else None
    parts = [f"Room: {MODES[case.policy.mode]}"]
    if newest is None:
        parts.append("not judged yet")
    elif newest.rule:
        parts.append(f"rule: {newest.rule}")
    if newest is not None and newest.model:
        parts.append(f"model {newest.model}")
        if newest.score is None:
            parts.append("the model cannot read this text")
    return " · ".join(parts)


def _history(case: CaseInFull) -> list[EntryRow]:
    entries = [
        *((each.created_at, _judged(each)) for each in case.judgements),
        *(
            (each.created_at, _entry(each))
            for each in case.decisions
            # What model and rules did is told by their verdict.
            if each.by
        ),
    ]
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return [row for _, row in entries]


def _judged(each: Judgement) -> EntryRow:
    by = f"Rule {each.rule}" if each.rule else "Model" if each.model else "No model: the room"
    did = _DECISIONS.get(each.decision, each.decision)
    score = f"Score {each.score:.2f}" if each.score is not None else ""
    return EntryRow(f"{by} {did}", score, iso(each.created_at))


def _entry(each: Entry) -> EntryRow:
    did = _ACTIONS.get(each.action, each.action.replace("_", " ").capitalize())
    by = each.by or "model and rules"
    return EntryRow(f"{did} by {by}", each.reason, iso(each.created_at))


def _said(each: Said) -> SaidRow:
    return SaidRow(each.author, each.text, iso(each.sent_at), _withheld(each.withheld))


def _withheld(stored: str) -> str:
    return _WITHHELD.get(Withheld(stored), "")
