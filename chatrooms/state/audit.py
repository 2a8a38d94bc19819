"""The moderation log's page: the filters are in the address, so a link to them works."""

from typing import Any

import reflex as rx

from chatrooms.domain.errors import InvalidInput, NotAllowed
from chatrooms.domain.text import storable
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import log
from chatrooms.services.moderation.log import LogPage, LogScope
from chatrooms.services.moderation.log_filter import (
    BY_MODEL,
    BY_RULES,
    WHOLE_SITE,
    LogFilter,
    LogKind,
    parameters,
    read_filter,
)
from chatrooms.services.moderation.log_pages import Place
from chatrooms.state import caller
from chatrooms.state.audit_address import FILE, path_of
from chatrooms.state.audit_words import KINDS, MAX_CHARS, log_row
from chatrooms.state.rows import LogFilterRow, LogRow, OptionRow, PresetRow

TOP = "log-top"
"""The id of where the list begins."""
_PAGE = 50
_MAX_SHOWN = 500
"""As many entries as a reconnect shows again."""
_FIELDS = ("room", "by", "kind", "about", "from", "to")
_PRESETS = {
    "Everything": "",
    "Unchecked removals, 7 days": LogKind.UNCHECKED_7.value,
    "Unchecked removals, 30 days": LogKind.UNCHECKED_30.value,
}
_WHOLE_TEXT = 100_000


class AuditState(rx.State):
    """Which entries are shown, of what the person may see."""

    status: str = ""
    """`open`, `unavailable`, or empty while nobody has looked."""
    wanted: LogFilterRow = LogFilterRow()
    rooms: list[OptionRow] = []
    people: list[OptionRow] = []
    kinds: list[OptionRow] = [OptionRow(kind.value, word) for kind, word in KINDS.items()]
    presets: list[PresetRow] = []
    entries: list[LogRow] = []
    has_more: bool = False
    newer: str = ""
    """How many entries were added that are not shown yet, in words; empty for none."""
    error: str = ""
    """What is wrong with the address; empty if nothing is."""
    export_path: str = ""
    form_key: int = 0
    """Grows when the fields' contents are no longer what was typed into them."""
    _last: Place | None = None
    _typed: tuple[str, str] = ("", "")

    @rx.event
    async def load(self):
        """Show what the address asks for. A reconnect shows as many entries as were there."""
        asked = _asked(self)
        fields = LogFilterRow()
        self.error = ""
        try:
            fields = _fields(read_filter(asked))
        except InvalidInput as error:
            self.error = str(error)
        if fields != self.wanted or not self.status:
            self.entries, self.has_more, self._last = [], False, None
        _note_typed(self, fields)
        self.wanted = fields
        await refresh(self)

    @rx.event
    def choose(self, name: str, value: str):
        """Narrow the log by one more field, or no more by it."""
        if name not in _FIELDS or not isinstance(value, str):
            raise InvalidInput
        value = storable(value).strip()
        chosen = {**_asked(self), name: value}
        chosen.pop("message", None)
        if name in ("about", "from", "to"):
            self._typed = (name, value)
        return rx.redirect(path_of(**_names(chosen)), replace=True)

    @rx.event
    async def show_newer(self):
        """Show what was added too, and begin with it."""
        await refresh(self)
        return rx.scroll_to(TOP)

    @rx.event
    async def load_more(self):
        """Add the next page."""
        page = await _read(self, after=self._last, limit=_PAGE)
        known = {row.id for row in self.entries}
        self.entries = self.entries + [row for row in _rows(self, page) if row.id not in known]
        _note_end(self, page)


async def refresh(state: AuditState) -> None:
    """Read anew what is shown."""
    try:
        scope = await off_loop(log.access_log, caller.deps(), actor_id=await caller.actor_id(state))
        count = min(max(_PAGE, len(state.entries)), _MAX_SHOWN)
        page = LogPage() if state.error else await _read(state, limit=count)
    except NotAllowed:
        _close(state)
        return
    _note_choices(state, scope)
    state.entries, state.newer = _rows(state, page), ""
    _note_end(state, page)
    state.status = "open"


async def follow(state: AuditState) -> None:
    """Tell how much was added since, and show what became of the entries that are shown. Nothing
    moves: entries leave only if they fit no more, and an empty list alone is filled."""
    if state.status != "open" or state.error:
        return
    if not state.entries:
        await refresh(state)
        return
    try:
        page = await _read(state, limit=min(len(state.entries), _MAX_SHOWN) + _PAGE)
    except NotAllowed:
        _close(state)
        return
    shown = {row.id for row in state.entries}
    now = {row.id: row for row in _rows(state, page)}
    added = 0
    for row_id in now:
        if row_id in shown:
            break
        added += 1
    # Behind the last that was read, nothing is known of what is shown.
    end = min(now, default=0) if page.has_more else 0
    kept = [now.get(row.id, row) for row in state.entries if row.id in now or row.id < end]
    caller.put(state, entries=kept, newer=_added(added))


def _added(count: int) -> str:
    many = f"{_PAGE}+" if count >= _PAGE else str(count)
    return f"{many} new {'entry' if count == 1 else 'entries'}" if count else ""


def _close(state: AuditState) -> None:
    state.status, state.entries, state.has_more, state.newer = "unavailable", [], False, ""


async def _read(state: AuditState, *, limit: int, after: Place | None = None) -> LogPage:
    return await off_loop(
        log.list_entries,
        caller.deps(),
        actor_id=await caller.actor_id(state),
        wanted=read_filter(_asked(state)),
        after=after,
        limit=limit,
    )


def _rows(state: AuditState, page: LogPage) -> list[LogRow]:
    most = _WHOLE_TEXT if state.wanted.message_id else MAX_CHARS
    return [log_row(entry, max_chars=most) for entry in page.entries]


def _note_end(state: AuditState, page: LogPage) -> None:
    state.has_more = page.has_more
    if page.entries:
        state._last = page.entries[-1].place


def _note_choices(state: AuditState, scope: LogScope) -> None:
    rooms = [OptionRow(room.slug, room.name) for room in scope.rooms]
    state.rooms = [*rooms, OptionRow(WHOLE_SITE, "Whole site")] if scope.has_site else rooms
    names = [f"@{name}" for name in scope.staff]
    if state.wanted.by.startswith("@") and state.wanted.by not in names:
        names.append(state.wanted.by)
    fixed = [OptionRow(BY_MODEL, "The model"), OptionRow(BY_RULES, "Rules")]
    state.people = [*fixed, *(OptionRow(name, name) for name in names)]
    kept = {"room": state.wanted.room} if state.wanted.room else {}
    state.presets = [
        PresetRow(label, path_of(**kept, kind=kind), _is_preset(state.wanted, kind))
        for label, kind in _PRESETS.items()
    ]
    state.export_path = "" if state.error else path_of(FILE, **_names(_asked(state)))


def _is_preset(wanted: LogFilterRow, kind: str) -> bool:
    return wanted == LogFilterRow(room=wanted.room, kind=kind)


def _asked(state: AuditState) -> dict[str, Any]:
    found = state.router.url.query_parameters
    return {name: found[name] for name in (*_FIELDS, "message") if found.get(name)}


def _names(asked: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in asked.items() if value}


def _fields(wanted: LogFilter) -> LogFilterRow:
    found = parameters(wanted)
    return LogFilterRow(
        room=found.get("room", ""),
        by=found.get("by", ""),
        kind=found.get("kind", ""),
        about=found.get("about", ""),
        since=found.get("from", ""),
        until=found.get("to", ""),
        message_id=wanted.message_id,
    )


def _note_typed(state: AuditState, now: LogFilterRow) -> None:
    """Have the fields filled anew if the address changed what they hold, and no typing did."""
    name, value = state._typed
    state._typed = ("", "")
    before, after = _by_field(state.wanted), _by_field(now)
    changed = {each for each in after if after[each] != before[each]}
    if changed - {name} or (name in changed and after[name] != value.removeprefix("@")):
        state.form_key += 1


def _by_field(wanted: LogFilterRow) -> dict[str, str]:
    return {"about": wanted.about, "from": wanted.since, "to": wanted.until}
