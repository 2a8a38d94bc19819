"""`queue`: how long the moderation page takes to open when a lot waits."""

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
from chatrooms.domain.moderation import Queue
from chatrooms.services.moderation import claims, queue, record, review

MAX_P95_MS = 80.0
_ROOMS_COUNT = 20
_DESK = "reflex___state____state.chatrooms___state___desk____desk_state"
_ROOMS = text("""
    INSERT INTO rooms (slug, name, description, topic, tags, is_private, created_by,
        member_count, last_seq, message_count)
    SELECT 'queue-' || n, 'Room number ' || n, '', '', '{}', false, :moderator, 2, :each, :each
    FROM generate_series(1, :rooms) AS n
""")
_MEMBERS = text("""
    INSERT INTO memberships (room_id, account_id, role)
    SELECT r.id, who.account, who.role FROM rooms r,
        (VALUES (:moderator, 'moderator'), (:author, 'member')) AS who(account, role)
    WHERE r.slug LIKE 'queue-%'
""")
_MESSAGES = text("""
    INSERT INTO messages (room_id, position, ordinal, author_id, client_id, body, sent_at, status)
    SELECT r.id, n, n, :author, 'queue-' || r.id || '-' || n,
        'Message ' || n || ' that somebody should look at',
        now() - make_interval(secs => :each - n), 'flagged'
    FROM rooms r, generate_series(1, :each) AS n WHERE r.slug LIKE 'queue-%'
""")
_CASES = text("""
    INSERT INTO cases (room_id, message_id, author_id, queue, score, opened_at)
    SELECT room_id, id, author_id,
        (ARRAY['flagged', 'flagged', 'unreviewed', 'reported', 'sample'])[1 + position % 5],
        (position % 100) / 100.0, sent_at
    FROM messages WHERE client_id LIKE 'queue-%'
""")
_VERDICTS = text("""
    INSERT INTO verdicts (message_id, room_id, revision, score, model, decision)
    SELECT message_id, room_id, 0, score, 'bench', 'flag' FROM cases
""")


def run_queue(*, cases: int, times: int, as_json: bool) -> None:
    """Have many messages of many rooms wait, then open the page of somebody who moderates all."""
    with fresh_instance() as instance:
        moderator, author = enrol(instance, 2)
        progress(f"Having {cases:,} messages wait in {_ROOMS_COUNT} rooms")
        _fill(instance, moderator, author, each=cases // _ROOMS_COUNT)
        settle(instance)
        progress(f"Opening the page {times} times in each way")
        seconds = {
            "queues and their counts": timed(lambda: _desk(instance, moderator), times),
            "first page of a queue": timed(lambda: _page(instance, moderator), times),
            "one case and its author": timed(lambda: _case(instance, moderator), times),
            "all of it: the page": timed(lambda: _all(instance, moderator), times),
            "event to answer, with a web process": asyncio.run(
                asked(
                    instance,
                    moderator,
                    path="/moderation",
                    handler=f"{_DESK}.load",
                    answer=b'"cases_rx_state_"',
                    times=times,
                )
            ),
        }
    _show(seconds, cases, as_json=as_json)


def _fill(instance: Instance, moderator: Visitor, author: Visitor, *, each: int) -> None:
    values = {
        "moderator": moderator.account_id,
        "author": author.account_id,
        "rooms": _ROOMS_COUNT,
        "each": each,
    }
    with transaction(instance.deps.sessions) as tx:
        for statement in (_ROOMS, _MEMBERS, _MESSAGES, _CASES, _VERDICTS):
            names = statement.compile().params
            tx.execute(statement, {name: values[name] for name in names})


def _desk(instance: Instance, who: Visitor) -> None:
    queue.get_desk(instance.deps, actor_id=who.account_id)


def _page(instance: Instance, who: Visitor) -> queue.Case:
    found = queue.list_cases(instance.deps, actor_id=who.account_id, queue=Queue.FLAGGED)
    return found.cases[0]


def _case(instance: Instance, who: Visitor) -> None:
    _look_at(instance, who, _page(instance, who))


def _look_at(instance: Instance, who: Visitor, case: queue.Case) -> None:
    actor = {"actor_id": who.account_id}
    claims.claim(instance.deps, **actor, case_id=case.id)
    found = review.get_case(instance.deps, **actor, case_id=case.id)
    record.get_record(instance.deps, **actor, room_id=found.room_id, account_id=found.author.id)


def _all(instance: Instance, who: Visitor) -> None:
    _desk(instance, who)
    _look_at(instance, who, _page(instance, who))


def _show(seconds: dict[str, list[float]], cases: int, *, as_json: bool) -> None:
    figures = {
        way: (percentile(each, 0.5) * 1000, percentile(each, 0.95) * 1000)
        for way, each in seconds.items()
    }
    show_table(
        f"The moderation page with {cases:,} open cases, ms ({machine()})",
        ("", "p50", "p95"),
        [(way, f"{p50:.1f}", f"{p95:.1f}") for way, (p50, p95) in figures.items()],
    )
    OUTPUT.print(f"Of one moderator, in {_ROOMS_COUNT} rooms; all by one author.")
    p95 = figures["all of it: the page"][1]
    verdict = f"server time p95 {p95:.1f} ms, under {MAX_P95_MS:.0f} ms"
    show_verdicts([(verdict, p95 < MAX_P95_MS)])
    if as_json:
        print(json.dumps({way: {"p50_ms": p[0], "p95_ms": p[1]} for way, p in figures.items()}))
