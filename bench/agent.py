"""`agent`: many quiet rooms whose agents are due at the same moment. How long one worker takes for
all of them, and what that costs those whose messages are judged meanwhile."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import text

from bench.instance import Instance, fresh_instance
from bench.people import Visitor, enrol
from bench.processes import cpu_seconds
from bench.report import OUTPUT, machine, progress, show_table, show_verdicts
from bench.scripted import scripted_model
from bench.verdicts import Flow, Part, measure_verdicts, meet_to_talk
from chatrooms.domain import jobs
from chatrooms.services import rooms
from chatrooms.services.ai import indexing
from chatrooms.services.rooms import RoomDraft

_SAID = 40
"""Messages of each quiet room."""
_GIVE_UP_S = 300.0
_LOOK_S = 0.2
_MAX_S = 60.0
_MAX_RATIO = 1.2
_WANTED = frozenset({"posted", "silent", "waiting"})
_SPEAKERS = 3
_THINGS = ("soldering iron", "label printer", "sewing machine", "bench drill", "air pump", "router")
_SAYINGS = (
    "Could we look at the {thing} together on Friday, around number {n}?",
    "The {thing} works again since I changed part {n} of it.",
    "I would rather lend out the {thing}, shelf {n} is nearly empty.",
    "Has anybody written down how the {thing} is cleaned, step {n}?",
)
# Straight into the tables: what the services would note for it (indexing, summaries) is work that
# is not measured here.
_SAY = text("""
    WITH numbered AS (
        UPDATE rooms SET last_seq = last_seq + :n, message_count = message_count + :n
        WHERE id = :room RETURNING last_seq - :n AS seq, message_count - :n AS count
    ), posted AS (
        INSERT INTO messages (room_id, position, ordinal, author_id, client_id, body, sent_at,
            status)
        SELECT :room, seq + n, count + n, (CAST(:authors AS bigint[]))[1 + n % :speakers],
            'said-' || :room || '-' || n, (CAST(:bodies AS text[]))[n],
            now() - interval '4 hours' - make_interval(mins => :n - n), 'approved'
        FROM numbered, generate_series(1, :n) AS n
        RETURNING position
    )
    INSERT INTO room_events (room_id, seq, kind, payload)
    SELECT :room, position, 'member_joined',
        jsonb_build_object('kind', 'role_changed', 'account_id', 1, 'role', 'member')
    FROM posted
""")
_KEEP_OFF = text("""
    INSERT INTO room_agents (room_id, settings) VALUES (:room, '{"mode": "off"}')
    ON CONFLICT (room_id) DO UPDATE SET settings = excluded.settings
""")
_TURN_ON = text("""
    UPDATE room_agents SET settings = jsonb_build_object(
        'mode', CASE WHEN room_id % 2 = 0 THEN 'propose' ELSE 'autonomous' END,
        'from_hour', 0, 'until_hour', 24), look_at = NULL
    WHERE settings ->> 'mode' = 'off'
""")
_RUNS = text("""
    SELECT CASE status WHEN 'done' THEN outcome ELSE status END AS became, count(*) AS n,
        sum(attempt) AS attempts
    FROM agent_runs GROUP BY 1
""")


@dataclass(slots=True)
class Agents:
    """The quiet rooms, and what became of their runs."""

    instance: Instance
    rooms: int
    took_s: float = 0.0
    """From the sweep until the last of them was decided."""
    became: Counter[str] = field(default_factory=Counter[str])
    cpu_s: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def decided(self) -> int:
        """How many runs are over or wait for a moderator."""
        return self.became.total() - self.became["running"]

    async def work(self) -> None:
        """Have all agents be due, and wait until each has decided."""
        pids = self.instance.pids()
        before, start = cpu_seconds(pids), time.monotonic()
        await asyncio.to_thread(self._begin)
        while self.decided < self.rooms and time.monotonic() - start < _GIVE_UP_S:
            await asyncio.sleep(_LOOK_S)
            await asyncio.to_thread(self._look)
        self.took_s = time.monotonic() - start
        after = cpu_seconds(pids)
        self.cpu_s = {name: after[name] - before[name] for name in pids}

    def _begin(self) -> None:
        with self.instance.deps.sessions() as session, session.begin():
            session.execute(_TURN_ON)
        self.instance.deps.jobs.send(jobs.LOOK_FOR_QUIET, queue=jobs.MAINTENANCE_QUEUE)

    def _look(self) -> None:
        with self.instance.deps.sessions() as session:
            self.became = Counter({row.became: row.n for row in session.execute(_RUNS)})


def run_agent(flow: Flow, *, quiet_rooms: int, as_json: bool) -> None:
    """Measure and report; with `as_json` the last line is one JSON object."""
    with scripted_model("agent_model") as base_url:
        progress("Starting a fresh instance")
        settings = {"OPENAI_BASE_URL": base_url, "LLM_MODEL": "scripted"}
        with fresh_instance(settings=settings) as instance:
            # What is written straight into the tables from now on is nothing that the index missed.
            indexing.index_waiting(instance.deps)
            progress(f"{quiet_rooms} quiet rooms")
            _make_quiet(instance, enrol(instance, _SPEAKERS, prefix="speaker"), quiet_rooms)
            meetings = meet_to_talk(instance, flow)
            progress(f"Verdicts alone: {flow.rate:g} messages/s for {flow.seconds:g} s")
            alone = asyncio.run(measure_verdicts(instance, meetings, flow, holds=False))
            progress(f"The same while {quiet_rooms} agents decide")
            agents = Agents(instance, quiet_rooms)
            longer = replace(flow, seconds=_GIVE_UP_S)
            meanwhile = asyncio.run(
                measure_verdicts(instance, meetings, longer, holds=False, meanwhile=agents.work)
            )
    _show(flow, agents, alone, meanwhile)
    if as_json:
        print(json.dumps(_summary(agents, alone, meanwhile)))


def _make_quiet(instance: Instance, speakers: Sequence[Visitor], count: int) -> None:
    """Rooms in which nobody wrote for four hours; their agents are off."""
    for number in range(count):
        draft = RoomDraft(name=f"Quiet {number}", topic="What we repair, lend and learn together")
        room = rooms.create_room(instance.deps, actor_id=speakers[0].account_id, draft=draft)
        with instance.deps.sessions() as session, session.begin():
            session.execute(_KEEP_OFF, {"room": room.id})
            session.execute(
                _SAY,
                {
                    "n": _SAID,
                    "room": room.id,
                    "authors": [each.account_id for each in speakers],
                    "speakers": len(speakers),
                    "bodies": [_saying(number + n) for n in range(_SAID)],
                },
            )


def _saying(number: int) -> str:
    thing = _THINGS[number % len(_THINGS)]
    return _SAYINGS[number % len(_SAYINGS)].format(thing=thing, n=number)


def _ratio(alone: Part, meanwhile: Part, share: float) -> float:
    return round(meanwhile.removed_ms(share) / max(alone.removed_ms(share), 0.1), 2)


def _summary(agents: Agents, alone: Part, meanwhile: Part) -> dict[str, float]:
    return {
        "decided": agents.decided,
        "took_s": round(agents.took_s, 1),
        **{each: agents.became[each] for each in sorted(agents.became)},
        "worker_cpu_ms_per_run": round(agents.cpu_s["worker"] / agents.rooms * 1000, 1),
        "alone_p50_ms": alone.removed_ms(0.5),
        "alone_p95_ms": alone.removed_ms(0.95),
        "meanwhile_p50_ms": meanwhile.removed_ms(0.5),
        "meanwhile_p95_ms": meanwhile.removed_ms(0.95),
        "p50_ratio": _ratio(alone, meanwhile, 0.5),
        "p95_ratio": _ratio(alone, meanwhile, 0.95),
        "missing": alone.missing + meanwhile.missing,
    }


def _show(flow: Flow, agents: Agents, alone: Part, meanwhile: Part) -> None:
    found = _summary(agents, alone, meanwhile)
    show_table(
        f"{agents.rooms} agents due at once, {flow.rate:g} messages/s into {flow.rooms} auto rooms"
        f" ({machine()})",
        ("", "figure"),
        [
            ("until all have decided, seconds", f"{found['took_s']:g}"),
            *(
                (f"runs that ended as {each}", f"{n:g}")
                for each, n in sorted(agents.became.items())
            ),
            ("worker's processor time of a run, ms", f"{found['worker_cpu_ms_per_run']:g}"),
            ("verdicts alone, p50 / p95 ms", _both(alone)),
            ("verdicts meanwhile, p50 / p95 ms", _both(meanwhile)),
            ("ratio of p50 / p95", f"{found['p50_ratio']:g} / {found['p95_ratio']:g}"),
        ],
    )
    used = ", ".join(f"{name} {cpu:.1f}" for name, cpu in sorted(agents.cpu_s.items()))
    OUTPUT.print(f"CPU seconds while they decided: {used}")
    failed = agents.became.total() - sum(agents.became[each] for each in _WANTED)
    show_verdicts(
        [
            (
                f"{agents.decided} of {agents.rooms} decided in {agents.took_s:.1f} s,"
                f" under {_MAX_S:g}",
                agents.decided == agents.rooms and agents.took_s < _MAX_S,
            ),
            (f"runs that ended otherwise: {failed}", not failed),
            (
                f"p95 to the verdict {found['p95_ratio']:g} times, at most {_MAX_RATIO:g}",
                found["p95_ratio"] <= _MAX_RATIO,
            ),
            (f"nothing missing: {found['missing']:g}", not found["missing"]),
        ]
    )


def _both(part: Part) -> str:
    return f"{part.removed_ms(0.5):g} / {part.removed_ms(0.95):g}"
