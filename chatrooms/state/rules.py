"""Moderation rules: those of the room of this address, or of the whole site, and their editor."""

from dataclasses import replace
from typing import Any

import reflex as rx

from chatrooms.domain.errors import ChatError, NotAllowed, RoomUnavailable
from chatrooms.domain.rules import RuleDraft
from chatrooms.live.offload import off_loop
from chatrooms.services.moderation import changes, rules
from chatrooms.services.moderation.changes import Change
from chatrooms.services.moderation.rules import RuleInfo, describe
from chatrooms.state import caller, screens
from chatrooms.state.rows import RuleRow
from chatrooms.state.simulation import clear, forget_rule, show_rule

DEFAULTS: dict[str, str] = {
    "words": "",
    "pattern": "",
    "domains": "",
    "times": "3",
    "minutes": "10",
    "percent": "80",
    "least": "20",
    "most": "5",
    "hours": "24",
    "since": "account",
    "what": "links_and_files",
}


_DID = {changes.ADDED: "added", changes.DELETED: "deleted", changes.SWITCHED: "switched"}


class RulesState(rx.State):
    """Rules, and the one that is being written."""

    rules: list[RuleRow] = []
    is_site: bool = False
    """Whether these are the whole site's."""
    is_editing: bool = False
    editing_id: int = 0
    """The rule that is changed; 0 while a new one is written."""
    name: str = ""
    kind: str = "words"
    action: str = "flag"
    typed: dict[str, str] = DEFAULTS
    error: str = ""

    @rx.event
    async def load_room(self):
        """Read the rules of the room that the page is about."""
        self.is_site, self.is_editing, self.error = False, False, ""
        await _read(self)

    @rx.event
    async def load_site(self):
        """Read the rules of the whole site; none for others than administrators."""
        self.is_site, self.is_editing, self.error = True, False, ""
        await _read(self)

    @rx.event
    async def follow(self):
        """List what somebody else changed meanwhile; what is being written here stays."""
        room = f"/rooms/{screens.slug_of(self)}/moderation"
        if not screens.is_at(self, "/admin" if self.is_site else room):
            return None
        before = {rule.id: rule for rule in self.rules}
        await _read(self)
        now = {rule.id: rule for rule in self.rules}
        if now == before:
            return None
        if self.is_editing and before.get(self.editing_id) != now.get(self.editing_id):
            word = "changed" if self.editing_id in now else "deleted"
            self.error = f"This rule was {word} meanwhile."
        change = await off_loop(
            changes.find_newest, caller.deps(), **await _whose(self), actions=changes.RULES
        )
        did = _DID.get(change.action, "changed") if change else "changed"
        name = f" “{change.rule}”" if change else ""
        return rx.toast.info(f"{who_changed(change)} {did} the rule{name}.")

    @rx.event
    async def start(self):
        """Write a new rule."""
        if self.is_site:
            await clear(self)
        self.is_editing, self.editing_id, self.error = True, 0, ""
        self.name, self.kind, self.action, self.typed = "", "words", "flag", DEFAULTS

    @rx.event
    async def edit(self, rule_id: int):
        """Change a rule."""
        found = {each.id: each for each in await _list(self)}.get(caller.number(rule_id))
        if found is None:
            return
        self.is_editing, self.editing_id, self.error = True, found.id, ""
        self.name, self.kind, self.action = found.name, found.kind, found.action
        self.typed = {**DEFAULTS, **_typed(found.options)}
        await _try(self)

    @rx.event
    async def stop(self):
        """Close the editor."""
        self.is_editing, self.error = False, ""
        await _try(self)

    @rx.event
    async def change(self, name: str, value: str):
        """Take over what was typed in one field, and tell what the rule would have done."""
        _take(self, {str(name): value})
        self.error = ""
        await _try(self)

    @rx.event
    async def save(self, form: dict[str, Any]):
        """Store the rule, or say in the editor why not."""
        _take(self, form)
        try:
            await _store(self)
        except ChatError as error:
            self.error = str(error)
            return
        self.is_editing, self.error = False, ""
        await _read(self)
        await _try(self)

    @rx.event
    async def switch(self, rule_id: int, is_on: bool):
        """Switch a rule on or off."""
        whose = await _whose(self)
        wanted = {"rule_id": caller.number(rule_id), "is_on": bool(is_on)}
        await off_loop(rules.switch_rule, caller.deps(), **whose, **wanted)
        await _read(self)

    @rx.event
    async def delete(self, rule_id: int):
        """Delete a rule."""
        whose = await _whose(self)
        await off_loop(rules.delete_rule, caller.deps(), **whose, rule_id=caller.number(rule_id))
        self.is_editing = False
        await _read(self)


def who_changed(change: Change | None) -> str:
    """Who made a change, as the beginning of a sentence."""
    if change is None:
        return "Somebody"
    return "You, in another window," if change.is_own else change.by


def draft_of(state: RulesState) -> RuleDraft:
    """What the editor holds, unchecked."""
    return RuleDraft(state.name, state.kind, state.action, dict(state.typed))


async def _store(state: RulesState) -> None:
    asked: dict[str, Any] = {**await _whose(state), "draft": draft_of(state)}
    if state.editing_id:
        await off_loop(rules.change_rule, caller.deps(), **asked, rule_id=state.editing_id)
    else:
        await off_loop(rules.add_rule, caller.deps(), **asked)


async def _try(state: RulesState) -> None:
    """Tell what the rule in the editor would have done, or else what the policy would."""
    if state.is_editing:
        tried = replace(draft_of(state), name=state.name or "This rule")
        await show_rule(state, tried, rule_id=state.editing_id)
    elif not state.is_site:
        await forget_rule(state)


async def _whose(state: RulesState) -> dict[str, Any]:
    """Who asks, and of which room the rules are; None for the site's."""
    if state.is_site:
        return {"actor_id": await caller.actor_id(state), "room_id": None}
    access = await screens.look_up(state, screens.slug_of(state))
    return {"actor_id": access.actor.id, "room_id": access.room_id}


async def _list(state: RulesState) -> list[RuleInfo]:
    found = await off_loop(rules.list_rules, caller.deps(), **await _whose(state))
    return [each for each in found if state.is_site or not each.is_site]


async def _read(state: RulesState) -> None:
    try:
        found = await off_loop(rules.list_rules, caller.deps(), **await _whose(state))
    except (NotAllowed, RoomUnavailable):
        # The page itself says so.
        found = []
    state.rules = [
        RuleRow(
            id=each.id,
            name=each.name,
            kind=each.kind,
            action=each.action,
            text=describe(each.kind, each.options),
            is_on=each.is_on,
            is_site=each.is_site,
            created_by=each.created_by,
        )
        for each in found
    ]


def _take(state: RulesState, typed: Any) -> None:
    """Take over fields by name; others than the editor's count for nothing."""
    known: dict[str, str] = {
        name: value[:20_000]
        for name, value in (typed.items() if isinstance(typed, dict) else ())
        if isinstance(value, str)
    }
    state.name = known.get("name", state.name)
    state.kind = known.get("kind", state.kind)
    state.action = known.get("action", state.action)
    state.typed = {name: known.get(name, before) for name, before in state.typed.items()}


def _typed(options: dict[str, Any]) -> dict[str, str]:
    return {
        name: "\n".join(value) if isinstance(value, list) else str(value)
        for name, value in options.items()
        if name in DEFAULTS
    }
