"""Rules of a room, by its moderators, and of the whole site, by administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, RuleRow
from chatrooms.domain.errors import InvalidInput, RuleUnavailable
from chatrooms.domain.rules import RuleDraft, RuleKind
from chatrooms.services.access import is_id
from chatrooms.services.moderation.audit import write_audit
from chatrooms.services.moderation.changes import (
    ADDED,
    CHANGED,
    DELETED,
    SWITCHED,
    access_rules,
    announce_change,
)
from chatrooms.services.moderation.patterns import check_pattern

MAX_RULES = 100


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule in a list."""

    id: int
    name: str
    kind: str
    action: str
    options: dict[str, Any]
    is_on: bool
    is_site: bool
    created_by: str
    """The name of who wrote it."""


def check_rule(draft: RuleDraft) -> dict[str, Any]:
    """The columns of a rule described so, its pattern compiled once.

    Raises: InvalidInput.
    """
    columns = draft.checked()
    if columns["kind"] == RuleKind.PATTERN:
        check_pattern(columns["options"]["pattern"])
    return columns


def list_rules(
    deps: Deps, *, actor_id: int, room_id: int | None, limit: int = 2 * MAX_RULES
) -> list[RuleInfo]:
    """The rules of a room and of the site, for the room's moderators; without a room those of the
    site, for administrators. Raises: as `access_room`, NotAllowed."""
    with transaction(deps.sessions) as tx:
        access_rules(tx, actor_id=actor_id, room_id=room_id)
        rows = tx.execute(
            select(RuleRow, col(Account.name))
            .join(Account, col(Account.id) == col(RuleRow.created_by))
            .where(
                or_(col(RuleRow.room_id) == room_id, col(RuleRow.room_id).is_(None)),
                col(RuleRow.deleted_at).is_(None),
            )
            .order_by(col(RuleRow.room_id).is_(None), col(RuleRow.id))
            .limit(limit)
        ).all()
    return [_info(rule, name) for rule, name in rows]


def add_rule(deps: Deps, *, actor_id: int, room_id: int | None, draft: RuleDraft) -> int:
    """Add a rule to a room or, without a room, to the site; its id. It applies to what comes after.

    Raises: InvalidInput, NotAllowed; as `access_room`.
    """
    columns = check_rule(draft)
    with transaction(deps.sessions) as tx:
        actor = access_rules(tx, actor_id=actor_id, room_id=room_id)
        if _count(tx, room_id) >= MAX_RULES:
            raise InvalidInput(f"There can be at most {MAX_RULES} rules.")
        row = RuleRow(room_id=room_id, created_by=actor, created_at=deps.clock(), **columns)
        tx.add(row)
        tx.flush()
        _log(tx, deps, ADDED, row, by_id=actor, detail={"new": _stored(row)})
        return row.id


def change_rule(
    deps: Deps, *, actor_id: int, room_id: int | None, rule_id: int, draft: RuleDraft
) -> None:
    """Change what a rule looks at or does. Raises: RuleUnavailable if it is absent or not of this
    room; as `add_rule`."""
    columns = check_rule(draft)
    with transaction(deps.sessions) as tx:
        actor = access_rules(tx, actor_id=actor_id, room_id=room_id)
        row = _find(tx, room_id, rule_id)
        before = _stored(row)
        for name, value in columns.items():
            setattr(row, name, value)
        tx.flush()
        if (after := _stored(row)) != before:
            _log(tx, deps, CHANGED, row, by_id=actor, detail={"old": before, "new": after})


def switch_rule(
    deps: Deps, *, actor_id: int, room_id: int | None, rule_id: int, is_on: bool
) -> None:
    """Switch a rule on or off. Raises: as `change_rule`."""
    with transaction(deps.sessions) as tx:
        actor = access_rules(tx, actor_id=actor_id, room_id=room_id)
        row = _find(tx, room_id, rule_id)
        if row.is_on != is_on:
            row.is_on = is_on
            _log(tx, deps, SWITCHED, row, by_id=actor, detail={"is_on": is_on})


def delete_rule(deps: Deps, *, actor_id: int, room_id: int | None, rule_id: int) -> None:
    """Delete a rule; verdicts keep its name. Raises: as `change_rule`."""
    with transaction(deps.sessions) as tx:
        actor = access_rules(tx, actor_id=actor_id, room_id=room_id)
        row = _find(tx, room_id, rule_id)
        row.deleted_at = deps.clock()
        _log(tx, deps, DELETED, row, by_id=actor, detail={"old": _stored(row)})


def _of(room_id: int | None) -> Any:
    is_here = col(RuleRow.room_id).is_(None) if room_id is None else col(RuleRow.room_id) == room_id
    return is_here & col(RuleRow.deleted_at).is_(None)


def _count(tx: Transaction, room_id: int | None) -> int:
    return tx.execute(select(func.count()).select_from(RuleRow).where(_of(room_id))).scalar_one()


def _find(tx: Transaction, room_id: int | None, rule_id: object) -> RuleRow:
    row = None
    if is_id(rule_id):
        wanted = select(RuleRow).where(col(RuleRow.id) == rule_id, _of(room_id)).with_for_update()
        row = tx.scalars(wanted).one_or_none()
    if row is None:
        raise RuleUnavailable
    return row


def _stored(row: RuleRow) -> dict[str, Any]:
    return {"name": row.name, "kind": row.kind, "action": row.action, "options": row.options}


def _log(
    tx: Transaction, deps: Deps, action: str, row: RuleRow, *, by_id: int, detail: dict[str, Any]
) -> None:
    write_audit(
        tx,
        deps,
        room_id=row.room_id,
        action=action,
        by_id=by_id,
        reason=row.name,
        detail={"rule_id": row.id, **detail},
    )
    announce_change(tx, deps, room_id=row.room_id)


def _info(rule: RuleRow, name: str) -> RuleInfo:
    return RuleInfo(
        id=rule.id,
        name=rule.name,
        kind=rule.kind,
        action=rule.action,
        options=rule.options,
        is_on=rule.is_on,
        is_site=rule.room_id is None,
        created_by=name,
    )


def describe(kind: str, options: dict[str, Any]) -> str:
    """What a rule looks at, in words."""
    match RuleKind(kind):
        case RuleKind.WORDS:
            return _listed("Words: ", options["words"])
        case RuleKind.ALLOW:
            return _listed("Fine here: ", options["words"])
        case RuleKind.PATTERN:
            return f"Pattern: {options['pattern']}"
        case RuleKind.LINKS:
            return (
                _listed("Links, but not to ", options["domains"]) if options["domains"] else "Links"
            )
        case RuleKind.REPEATS:
            return f"The same text {options['times']} times within {options['minutes']} min"
        case RuleKind.CAPITALS:
            return f"{options['percent']} % capitals from {options['least']} letters on"
        case RuleKind.MENTIONS:
            return f"More than {options['most']} people mentioned"
        case RuleKind.NEWCOMERS:
            since = "Accounts" if options["since"] == "account" else "Members"
            what = options["what"].replace("_and_", " or ")
            return f"{since} of less than {options['hours']} h: no {what}".replace(
                "no anything", "any message"
            )


def _listed(before: str, words: Sequence[str]) -> str:
    more = f" and {len(words) - 6} more" if len(words) > 6 else ""
    return before + ", ".join(words[:6]) + more
