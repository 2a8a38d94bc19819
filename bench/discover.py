"""`discover`: how long the directory of many rooms takes to be searched and sorted."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import text

from bench.instance import Instance, fresh_instance
from bench.measure import percentile
from bench.people import enrol
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from chatrooms.db.engine import transaction
from chatrooms.services import directory, topic_tree
from chatrooms.services.ai import indexing
from chatrooms.services.directory import Sort, Wanted

MAX_P95_MS = 150.0
_SUBJECTS = (
    *("garden", "tomato", "sourdough", "python", "telescope", "marathon", "violin", "chess"),
    *("sailing", "knitting", "photography", "camping", "beekeeping", "film", "poetry", "guitar"),
    *("investing", "parenting", "yoga", "cycling", "history", "physics", "football", "pottery"),
)
_PLACES = ("club", "corner", "workshop", "circle", "lounge", "table", "yard", "studio", "hall")
_MANNERS = (
    "for beginners",
    "at night",
    "in the city",
    "on a budget",
    "with friends",
    "for experts",
)
_DOINGS = (
    *("We share photos and ask for help", "Weekly meetings and long arguments"),
    *("Questions welcome, however small", "Tools, tricks and things that went wrong"),
    *("What to buy and what to leave", "Plans for the next season"),
)
_TYPED = ("gar", "garden", "sourdough br", "stars and planets", "growing vegetables", "run faster")
_FILL = text("""
    INSERT INTO rooms (slug, name, description, topic, tags, topic_id, is_private, member_count,
        created_by, created_at)
    SELECT 'bench-' || n, initcap(s[1 + n % :s] || ' ' || p[1 + n / 7 % :p] || ' ' || n),
        d[1 + n / 5 % :d] || ' about ' || s[1 + n % :s] || ' and ' || s[1 + n / 11 % :s] || '.',
        s[1 + n % :s] || ' ' || m[1 + n / 3 % :m],
        ARRAY[s[1 + n % :s], p[1 + n / 7 % :p], 'tag' || n % 400],
        (SELECT min(id) FROM topics) + n % (SELECT count(*) FROM topics), n % 50 = 49,
        1 + n * 7919 % 3000, :owner, now() - n * interval '1 minute'
    FROM generate_series(1, :rooms) AS n,
        (SELECT CAST(:subjects AS text[]) AS s, CAST(:places AS text[]) AS p,
            CAST(:manners AS text[]) AS m, CAST(:doings AS text[]) AS d) AS words
""")
_ACTIVE = text("""
    INSERT INTO room_activity (room_id, active_at)
    SELECT id, now() - id * 7919 % 100000 * interval '1 minute' FROM rooms ON CONFLICT DO NOTHING
""")
_ASK = text("INSERT INTO index_requests (room_id, kind, item_id) SELECT id, 'room', id FROM rooms")


@dataclass(slots=True)
class Times:
    """Seconds of everything asked of one kind."""

    what: str
    rooms: int
    """How many it showed at first."""
    seconds: list[float] = field(default_factory=list[float])

    def ms(self, share: float) -> float:
        """The time that `share` of them did not exceed, in milliseconds."""
        return percentile(self.seconds, share) * 1000


def run_discover(*, rooms: int, times: int, as_json: bool) -> None:
    """Fill an instance with rooms and their vectors, then look for them in every way."""
    with fresh_instance() as instance:
        (reader,) = enrol(instance, 1)
        progress(f"Writing {rooms:,} rooms")
        fill_rooms(instance, rooms=rooms, owner_id=reader.account_id)
        # So that each room is asked for once.
        indexing.index_waiting(instance.deps)
        with transaction(instance.deps.sessions) as tx:
            tx.execute(_ASK)
        with transaction(instance.deps.sessions) as tx:
            tx.execute(text("ANALYZE"))
        took = _index(instance)
        directory.prepare(instance.deps)
        progress(f"Asking {times} times in each way")
        measured = [
            _measure(what, ask, times) for what, ask in _asks(instance, reader.account_id).items()
        ]
    _show(measured, rooms=rooms, index_s=took, as_json=as_json)


def fill_rooms(instance: Instance, *, rooms: int, owner_id: int) -> None:
    """Write so many rooms about 24 subjects in turn."""
    filled = {"rooms": rooms, "owner": owner_id, "subjects": list(_SUBJECTS)}
    filled |= {"places": list(_PLACES), "manners": list(_MANNERS), "doings": list(_DOINGS)}
    filled |= {"s": len(_SUBJECTS), "p": len(_PLACES), "m": len(_MANNERS), "d": len(_DOINGS)}
    with transaction(instance.deps.sessions) as tx:
        tx.execute(_FILL, filled)
        tx.execute(_ACTIVE)


def _index(instance: Instance) -> float:
    progress(f"Embedding them with {instance.deps.embedding.key}")
    start = time.perf_counter()
    while indexing.index_waiting(instance.deps):
        pass
    return time.perf_counter() - start


def _asks(instance: Instance, actor_id: int) -> dict[str, Callable[[int], int]]:
    """What is asked, by its name: how many rooms the n-th time of it shows."""

    def listed(**wanted: str) -> Callable[[int], int]:
        def ask(_number: int) -> int:
            asked = Wanted(**wanted)  # pyright: ignore[reportArgumentType]
            return len(directory.list_rooms(instance.deps, actor_id=actor_id, wanted=asked).rooms)

        return ask

    def typed(sort: Sort, **wanted: str) -> Callable[[int], int]:
        def ask(number: int) -> int:
            asked = Wanted(query=_TYPED[number % len(_TYPED)], sort=sort, **wanted)
            return len(directory.list_rooms(instance.deps, actor_id=actor_id, wanted=asked).rooms)

        return ask

    def deep(number: int) -> int:
        shown = directory.list_rooms(
            instance.deps, actor_id=actor_id, wanted=Wanted(sort="size"), limit=200
        ).rooms
        after = shown[number % len(shown)]
        page = directory.list_rooms(
            instance.deps, actor_id=actor_id, wanted=Wanted(sort="size"), after=after
        )
        return len(page.rooms)

    def facets(_number: int) -> int:
        topics = topic_tree.list_topics(instance.deps, actor_id=actor_id)
        return len(topics) + len(directory.list_tags(instance.deps, actor_id=actor_id))

    return {
        "typed, best": typed("best"),
        "typed, by activity": typed("activity"),
        "typed, in a topic": typed("best", topic="games"),
        "by activity": listed(sort="activity"),
        "newest": listed(sort="newest"),
        "by size": listed(sort="size"),
        "by activity, in a topic": listed(sort="activity", topic="games"),
        "by size, with a tag": listed(sort="size", tag="tag7"),
        "200 by size, then more": deep,
        "topics and tags": facets,
    }


def _measure(what: str, ask: Callable[[int], int], times: int) -> Times:
    measured = Times(what, ask(0))
    for number in range(times):
        start = time.perf_counter()
        ask(number)
        measured.seconds.append(time.perf_counter() - start)
    return measured


def _show(measured: list[Times], *, rooms: int, index_s: float, as_json: bool) -> None:
    OUTPUT.print(machine())
    show_table(
        f"The directory of {rooms:,} rooms, milliseconds",
        ["asked", "rooms shown", "p50", "p95", "slowest"],
        [
            [each.what, str(each.rooms), *(f"{each.ms(share):.1f}" for share in (0.5, 0.95, 1))]
            for each in measured
        ],
    )
    OUTPUT.print(f"Embedding and storing all rooms took {index_s:.0f} s.")
    slowest = float(np.max([each.ms(0.95) for each in measured]))
    told = f"p95 at most {MAX_P95_MS:.0f} ms for everything asked: {slowest:.1f} ms"
    show_verdicts([(told, slowest <= MAX_P95_MS)])
    if as_json:
        figures = [
            {"asked": each.what, "p50_ms": each.ms(0.5), "p95_ms": each.ms(0.95)}
            for each in measured
        ]
        print(json.dumps({"rooms": rooms, "index_s": index_s, "discover": figures}))
