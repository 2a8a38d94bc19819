"""Rows of own messages that moderation holds or keeps back, for the browser."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chatrooms.domain.events import Message
from chatrooms.domain.moderation import Status
from chatrooms.live.message_rows import GROUP_GAP, file_row
from chatrooms.live.room import LiveRoom
from chatrooms.live.rows import iso
from chatrooms.services.moderation.standing import Standing
from chatrooms.state.case_rows import choice_rows, segments
from chatrooms.state.rows import StandingRow

_STATUS = {
    Status.PENDING: "Checking...",
    Status.FLAGGED: "Waits for a moderator",
    Status.APPROVED: "Waits for a moderator",
    Status.REMOVED: "Removed by moderation",
}


def in_order(room: LiveRoom, rows: Sequence[StandingRow]) -> list[StandingRow]:
    """Rows oldest first, those that are held grouped as the messages above them are."""
    last: dict[int, StandingRow] = {}
    ordered: list[StandingRow] = []
    for row in sorted(rows, key=lambda each: each.message_id):
        if row.is_held:
            is_first = row.thread_id not in last
            is_head = not _is_near(room, row, last.get(row.thread_id))
            last[row.thread_id] = row
            if (row.is_first, row.is_head) != (is_first, is_head):
                row = replace(row, is_first=is_first, is_head=is_head)
        ordered.append(row)
    return ordered


def _is_near(room: LiveRoom, row: StandingRow, above: StandingRow | None) -> bool:
    sent_at = datetime.fromisoformat(row.sent_at)
    if above is not None:
        return sent_at - datetime.fromisoformat(above.sent_at) <= GROUP_GAP
    newest = _newest(room, row.thread_id)
    return newest is not None and sent_at - newest.sent_at <= GROUP_GAP


def _newest(room: LiveRoom, thread_id: int) -> Message | None:
    if not thread_id:
        return room.view.messages[-1] if room.view.messages else None
    thread = room.threads.get(thread_id)
    return thread.replies[-1] if thread is not None and thread.replies else None


def standing_row(each: Standing) -> StandingRow:
    """One as the page shows it, not yet grouped."""
    return StandingRow(
        message_id=each.message_id,
        client_id=each.client_id,
        thread_id=each.thread_id or 0,
        body=each.body,
        segments=segments(each.body, each.marks),
        choices=choice_rows(each.choices),
        files=[file_row(file) for file in each.files],
        sent_at=iso(each.sent_at),
        is_held=each.is_held,
        is_edit=each.is_edit,
        is_checking=(each.is_held or each.is_edit) and each.status is Status.PENDING,
        status=_STATUS[each.status],
        why=_why(each),
        answer=_answer(each),
        can_appeal=each.removal_id is not None and not each.is_appealed,
    )


def _why(each: Standing) -> str:
    if each.rule:
        return f"The rule \u201c{each.rule}\u201d fits it."
    if each.reason:
        return f"A moderator\u2019s reason: {each.reason}"
    return f"The model\u2019s score is {each.band}." if each.band else ""


def _answer(each: Standing) -> str:
    if each.is_denied:
        reason = f": {each.answer}" if each.answer else "."
        return f"You appealed. The removal stands{reason}"
    return "You appealed. A moderator will look at it." if each.is_appealed else ""
