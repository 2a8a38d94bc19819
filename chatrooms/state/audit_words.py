"""Entries of the moderation log in words, for the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatrooms.domain.moderation import Mode, Withheld
from chatrooms.live.rows import MODES, iso
from chatrooms.services.moderation.log import Found, LogEntry, Text
from chatrooms.services.moderation.log_fates import Fate, Turn
from chatrooms.services.moderation.log_filter import BY_MODEL, BY_RULES, LogKind
from chatrooms.services.moderation.texts import Mark, in_a_line, marks_in_a_line
from chatrooms.state.audit_address import path_of
from chatrooms.state.case_rows import QUEUES, segments
from chatrooms.state.rows import LogRow, SegmentRow

KINDS = {
    LogKind.REMOVED: "Removed",
    LogKind.FLAGGED: "Flagged or hidden",
    LogKind.KEPT: "Kept",
    LogKind.APPEALS: "Appeals answered",
    LogKind.UNDONE: "Undone",
    LogKind.SANCTIONS: "Time-outs and bans",
    LogKind.SETTINGS: "Policy and rules",
    LogKind.NOTES: "Notes",
    LogKind.UNCHECKED_7: "Unchecked removals, 7 days",
    LogKind.UNCHECKED_30: "Unchecked removals, 30 days",
}
MAX_CHARS = 400
"""As much of a message an entry of a long list shows."""
_ACTIONS = {
    "remove": ("trash-2", "Removed"),
    "flag": ("flag", "Flagged"),
    "hide": ("eye-off", "Hidden for review"),
    "keep": ("check", "Kept"),
    "undo": ("undo-2", "Undone"),
    "time_out": ("timer", "Timed out"),
    "ban": ("ban", "Banned"),
    "lift": ("undo-2", "Lifted"),
    "uphold": ("gavel", "Upheld"),
    "note": ("notebook-pen", "Noted"),
    "policy": ("sliders-horizontal", "Policy changed"),
    "rejudge": ("repeat", "Judged again"),
    "rule_added": ("list-plus", "Rule added"),
    "rule_changed": ("list-checks", "Rule changed"),
    "rule_switched": ("list-checks", "Rule switched"),
    "rule_deleted": ("list-x", "Rule deleted"),
    "correction_promoted": ("graduation-cap", "Correction put to use"),
    "correction_rolled_back": ("undo-2", "Correction rolled back"),
}
_UNKNOWN = "circle-dot"
ICONS = (*dict.fromkeys(icon for icon, _ in _ACTIONS.values()), _UNKNOWN)
_TURNS = {
    Turn.UNDONE: "Undone",
    Turn.OVERTURNED: "Overturned",
    Turn.CONFIRMED: "Confirmed",
    Turn.KEPT: "Kept",
    Turn.REMOVED: "Removed",
    Turn.LIFTED: "Lifted",
    Turn.UPHELD: "Upheld",
}
_WITHHELD = {Withheld.REMOVED: "removed", Withheld.REVIEW: "hidden"}


def log_row(entry: LogEntry, *, max_chars: int = MAX_CHARS) -> LogRow:
    """An entry with as much of its message."""
    icon, _ = _ACTIONS.get(entry.action, (_UNKNOWN, ""))
    said = entry.text
    text = _segments(said.body, said.marks, max_chars) if said else []
    choices = _choices(said, max_chars) if said else []
    return LogRow(
        id=entry.id,
        at=iso(entry.at),
        icon=icon,
        what=_what(entry),
        by=_by(entry),
        by_path=_by_path(entry),
        room_name=entry.room_name or "Whole site",
        about=entry.about_name,
        about_path=path_of(about=entry.about_username) if entry.about_username else "",
        why=_why(entry),
        words=_words(entry, (*text, *choices)),
        message_id=said.id if said else 0,
        message_path=_message_path(entry),
        segments=text,
        choices=choices,
        notes=_notes(said) if said else [],
        fate=_fate(entry.fate) if entry.fate else "",
        fate_at=iso(entry.fate.at) if entry.fate else "",
        waits_in=QUEUES[said.waits_in] if said and said.waits_in else "",
        can_review=entry.can_review,
    )


def _word(action: str) -> str:
    _, known = _ACTIONS.get(action, ("", ""))
    return known or action.replace("_", " ").capitalize()


def _what(entry: LogEntry) -> str:
    if entry.action == "undo" and entry.undone:
        return f"Undone: {_word(entry.undone).lower()}"
    if entry.action in ("lift", "uphold"):
        return _what_of_sanction(entry)
    if entry.detail.get("appeal"):
        return "Appeal granted" if entry.action == "keep" else "Appeal denied"
    return _word(entry.action)


def _what_of_sanction(entry: LogEntry) -> str:
    sanction = "Ban" if entry.detail.get("kind") == "ban" else "Time-out"
    if entry.action == "uphold":
        return f"Appeal denied: {sanction.lower()} upheld"
    is_answer = entry.detail.get("appeal")
    return f"Appeal granted: {sanction.lower()} lifted" if is_answer else f"{sanction} lifted"


def _by(entry: LogEntry) -> str:
    if entry.by_name:
        return entry.by_name
    if entry.found is None:
        return "the system"
    if entry.found.rule:
        return f"rule {entry.found.rule}"
    return f"model {entry.found.model}" if entry.found.model else "the room, without a model"


def _by_path(entry: LogEntry) -> str:
    if entry.by_username:
        return path_of(by=f"@{entry.by_username}")
    if entry.found is None:
        return ""
    return path_of(by=BY_RULES if entry.found.rule else BY_MODEL)


def _why(entry: LogEntry) -> str:
    if entry.found:
        return _score(entry.found)
    parts = [entry.reason, *_details(entry.action, entry.detail)]
    return " · ".join(part for part in parts if part)


def _words(entry: LogEntry, shown: Sequence[SegmentRow]) -> str:
    """What drove the score up, where the text does not show it."""
    is_marked = any(piece.is_marked for piece in shown)
    return ", ".join(entry.found.words) if entry.found and not is_marked else ""


def _score(found: Found) -> str:
    if found.score is None:
        return "The model could not read it" if found.model else ""
    limits = [f"flagged from {found.flag_threshold:.2f}"]
    if found.mode == Mode.AUTO:
        limits.append(f"removed from {found.remove_threshold:.2f}")
    told = "" if found.mode == Mode.MANUAL else f", {', '.join(limits)}"
    mode = f" · {MODES[Mode(found.mode)]}" if found.mode in set(Mode) else ""
    return f"Score {found.score:.2f}{told}{mode}"


def _details(action: str, detail: Mapping[str, Any]) -> list[str]:
    if action == "policy":
        old, new = detail.get("old", {}), detail.get("new", {})
        return [f"{_field(name)}: {old.get(name)} → {value}" for name, value in new.items()]
    if action.startswith("correction_"):
        return [f"{detail.get('old') or 'none'} → {detail.get('new') or 'none'}"]
    if action == "rule_switched":
        return ["on" if detail.get("is_on") else "off"]
    if action == "time_out" and detail.get("until"):
        return [f"until {str(detail['until'])[:16].replace('T', ' ')} UTC"]
    if action == "rejudge":
        return [f"{detail.get('total', 0)} messages"]
    score = detail.get("score")
    return [f"Score {score:.2f}"] if isinstance(score, float) else []


def _field(name: str) -> str:
    return name.removesuffix("_ms").removesuffix("_s").replace("_", " ")


def _fate(fate: Fate) -> str:
    return f"{_TURNS[fate.turn]} by {fate.by}"


def _message_path(entry: LogEntry) -> str:
    said = entry.text
    if said is None or said.is_held or said.is_deleted:
        return ""
    return f"/rooms/{entry.room_slug}?message={said.id}"


def _segments(body: str, marks: Sequence[Mark], max_chars: int) -> list[SegmentRow]:
    end = min(len(body), max_chars)
    rest = "\N{HORIZONTAL ELLIPSIS}" if end < len(body) else ""
    marks = [Mark(m.start, min(m.end, end)) for m in marks if m.start < end]
    return segments(body[:end] + rest, marks)


def _choices(said: Text, max_chars: int) -> list[SegmentRow]:
    line = in_a_line([each.text for each in said.choices])
    return _segments(line, marks_in_a_line(said.choices), max_chars // 2)


def _notes(said: Text) -> list[str]:
    if said.is_deleted:
        return ["deleted by its author"]
    notes = ["held" if said.is_held else _WITHHELD.get(said.withheld, "")]
    notes.append("edited since" if said.is_edited_since else "")
    return [note for note in notes if note]
