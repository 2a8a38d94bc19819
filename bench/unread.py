"""`unread`: how long the side bar of a person in many rooms takes to load."""

import asyncio
import json

from sqlalchemy import text

from bench.history import settle
from bench.instance import Instance, fresh_instance
from bench.measure import percentile
from bench.people import Visitor, enrol
from bench.repeat import asked, timed
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from chatrooms.db.engine import transaction
from chatrooms.services import notifications, room_lists

MAX_P95_MS = 50.0
_SIDEBAR = "reflex___state____state.chatrooms___state___sidebar____sidebar_state"
_ROOMS = text("""
    INSERT INTO rooms (slug, name, description, topic, tags, is_private, created_by,
        member_count, last_seq, message_count)
    SELECT 'unread-' || n, 'Room number ' || n, 'What it is about', 'Now', '{}', n % 3 = 0, :owner,
        2, 40, 40
    FROM generate_series(1, :count) AS n
""")
_MEMBERS = text("""
    INSERT INTO memberships (room_id, account_id, role, read_position, read_ordinal)
    SELECT id, account, 'member', id % 40, id % 40
    FROM rooms, unnest(ARRAY[:owner, :reader]) AS account WHERE slug LIKE 'unread-%'
""")
_MESSAGES = text("""
    INSERT INTO messages (room_id, position, ordinal, author_id, client_id, body, sent_at)
    SELECT id, n, n, :owner, 'unread-' || id || '-' || n, 'Look at this', now()
    FROM rooms, generate_series(1, 40) AS n WHERE slug LIKE 'unread-%'
""")
_TOLD = text("""
    INSERT INTO notifications (account_id, kind, group_key, room_id, message_id, by_id)
    SELECT :reader, 'mention', 'mention:' || m.id, m.room_id, m.id, :owner
    FROM messages m WHERE m.client_id LIKE 'unread-%' AND m.position > 38
""")


def run_unread(*, rooms_count: int, times: int, as_json: bool) -> None:
    """Put somebody into many rooms with unread messages and mentions, then load the side bar."""
    with fresh_instance() as instance:
        owner, reader = enrol(instance, 2)
        progress(f"Filling {rooms_count} rooms")
        _fill(instance, owner, reader, rooms_count)
        settle(instance)
        progress(f"Loading the side bar {times} times in each way")
        seconds = {
            "rooms and unread": timed(lambda: _load_rooms(instance, reader), times),
            "mentions and bell": timed(lambda: _load_bell(instance, reader), times),
            "both": timed(lambda: _load_both(instance, reader), times),
            "event to answer, with a web process": asyncio.run(
                asked(
                    instance,
                    reader,
                    path="/",
                    handler=f"{_SIDEBAR}.load",
                    answer=b'"rooms_rx_state_"',
                    times=times,
                )
            ),
        }
    _show(seconds, rooms_count, as_json=as_json)


def _fill(instance: Instance, owner: Visitor, reader: Visitor, count: int) -> None:
    who = {"owner": owner.account_id, "reader": reader.account_id}
    with transaction(instance.deps.sessions) as tx:
        tx.execute(_ROOMS, {**who, "count": count})
        for statement in (_MEMBERS, _MESSAGES, _TOLD):
            tx.execute(statement, who)


def _load_rooms(instance: Instance, reader: Visitor) -> None:
    room_lists.list_my_rooms(instance.deps, actor_id=reader.account_id)


def _load_bell(instance: Instance, reader: Visitor) -> None:
    notifications.count_unread(instance.deps, actor_id=reader.account_id)


def _load_both(instance: Instance, reader: Visitor) -> None:
    _load_rooms(instance, reader)
    _load_bell(instance, reader)


def _show(seconds: dict[str, list[float]], rooms_count: int, *, as_json: bool) -> None:
    figures = {
        way: (percentile(each, 0.5) * 1000, percentile(each, 0.95) * 1000)
        for way, each in seconds.items()
    }
    show_table(
        f"The side bar of somebody in {rooms_count} rooms, ms ({machine()})",
        ("", "p50", "p95"),
        [(way, f"{p50:.1f}", f"{p95:.1f}") for way, (p50, p95) in figures.items()],
    )
    OUTPUT.print("Every room has up to 40 unread messages and two mentions.")
    p95 = figures["both"][1]
    verdict = f"server time p95 {p95:.1f} ms, under {MAX_P95_MS:.0f} ms"
    show_verdicts([(verdict, p95 < MAX_P95_MS)])
    if as_json:
        print(json.dumps({way: {"p50_ms": p[0], "p95_ms": p[1]} for way, p in figures.items()}))
