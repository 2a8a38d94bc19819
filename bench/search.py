"""`search`: how long finding a common and a rare word takes among a million messages, and finding
by operators alone."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bench.archive import Archive, fill
from bench.instance import Instance, fresh_instance
from bench.measure import percentile
from bench.people import enrol
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from chatrooms.db.engine import transaction
from chatrooms.services import search
from chatrooms.services.search import Order

MAX_P95_MS = 100.0
_WORDS_EACH = 20
"""Different words of one kind, so that no answer comes out of a cache alone."""
_KINDS = {"common": 0, "middling": 2_000, "rare": 40_000}
"""By the rank of the first of its words."""
_ORDERS: tuple[Order, ...] = ("newest", "best")
_JOINED = text("""
    INSERT INTO memberships (room_id, account_id, role)
    SELECT id, :reader, 'member' FROM rooms WHERE is_private AND id % 9 = 0
""")
_DAYS_APART = 18
_COUNT = text(
    "SELECT count(*) FROM messages WHERE search @@ websearch_to_tsquery('english', :word)"
)


@dataclass(slots=True)
class Times:
    """Seconds of every search for words of one kind in one order."""

    kind: str
    order: Order
    occurrences: int | None
    """In how many messages the first of the words stands, hidden ones included."""
    seconds: list[float] = field(default_factory=list[float])

    def ms(self, share: float) -> float:
        """The time that `share` of them did not exceed, in milliseconds."""
        return percentile(self.seconds, share) * 1000


def run_search(*, messages: int, times: int, as_json: bool) -> None:
    """Fill an instance, then look for words of each kind, one after another."""
    with fresh_instance() as instance:
        (reader,) = enrol(instance, 1)
        progress(f"Writing {messages:,} messages; this takes a minute or two")
        url = instance.deps.settings.database_url.get_secret_value()
        archive = fill(url, messages=messages)
        with transaction(instance.deps.sessions) as tx:
            tx.execute(_JOINED, {"reader": reader.account_id})
        progress(f"Looking {times} times for words of each kind")
        measured = [
            _measure(instance, reader.account_id, kind, asked, order, times)
            for kind, asked in _questions(archive).items()
            for order in _ORDERS
        ]
    _show(measured, messages=messages, as_json=as_json)


def _questions(archive: Archive) -> dict[str, list[str]]:
    """What is asked, by its kind."""
    words = {kind: archive.words[first : first + _WORDS_EACH] for kind, first in _KINDS.items()}
    today = datetime.now(UTC).date()
    days = [f"before:{today - timedelta(days=_DAYS_APART * n)}" for n in range(_WORDS_EACH)]
    narrowed = [
        f"from:bench-author-{n + 1} in:bench-room-{3 * n + 1} {day}" for n, day in enumerate(days)
    ]
    return words | {
        "has:thread": ["has:thread"],
        "has:poll": ["has:poll"],
        "has:thread before:": [f"has:thread {day}" for day in days],
        "has:poll before:": [f"has:poll {day}" for day in days],
        "from: in: before:": narrowed,
    }


def _measure(
    instance: Instance, reader_id: int, kind: str, asked: list[str], order: Order, times: int
) -> Times:
    occurrences = None
    if kind in _KINDS:
        with transaction(instance.deps.sessions) as tx:
            occurrences = tx.execute(_COUNT, {"word": asked[0]}).scalar_one()
    measured = Times(kind, order, occurrences)
    for number in range(times):
        start = time.perf_counter()
        query = asked[number % len(asked)]
        search.search_messages(instance.deps, actor_id=reader_id, query=query, order=order)
        measured.seconds.append(time.perf_counter() - start)
    return measured


def _show(measured: list[Times], *, messages: int, as_json: bool) -> None:
    OUTPUT.print(machine())
    show_table(
        f"Search among {messages:,} messages, milliseconds",
        ["asked", "order", "in messages", "p50", "p95", "slowest"],
        [
            [
                each.kind,
                each.order,
                f"{each.occurrences:,}" if each.occurrences is not None else "",
                f"{each.ms(0.5):.1f}",
                f"{each.ms(0.95):.1f}",
                f"{each.ms(1):.1f}",
            ]
            for each in measured
        ],
    )
    slowest = max(each.ms(0.95) for each in measured)
    text = f"p95 at most {MAX_P95_MS:.0f} ms for everything asked: {slowest:.1f} ms"
    show_verdicts([(text, slowest <= MAX_P95_MS)])
    if as_json:
        figures = [
            {
                "asked": each.kind,
                "order": each.order,
                "p50_ms": each.ms(0.5),
                "p95_ms": each.ms(0.95),
            }
            for each in measured
        ]
        print(json.dumps({"messages": messages, "search": figures}))
