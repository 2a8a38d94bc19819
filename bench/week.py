"""A week of a room with an agent that posts by itself, lived through with a clock of its own:
people talk, beat looks for quiet rooms, runs are carried out, and some of what the agent puts out
is answered."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import text

from bench.talk import Said, week_of_talk
from chatrooms.adapters.chat_model import ChatModels
from chatrooms.agents.room_agent.carrying_out import carry_out
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import transaction
from chatrooms.domain.agent import AgentMode, AgentSettings
from chatrooms.domain.agent_timing import pause_of, why_not_to_run
from chatrooms.services import messages, polls
from chatrooms.services.agent import scheduling
from chatrooms.services.agent.settings import change_settings
from chatrooms.services.agent.timing import read_past
from tests.support.agent_model import opens_poll, said_in, stays_silent
from tests.support.people import Place, Someone, bring_in, make_room, sign_up, with_settings
from tests.support.scripted_openai import Reply, Request, scripted_openai

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
DAYS = 7
PEOPLE = 5
THINKS = timedelta(minutes=2)
"""How long the model takes; people may write meanwhile."""
ANSWERED_AFTER = timedelta(minutes=50)
AUTONOMOUS = AgentSettings(mode=AgentMode.AUTONOMOUS)
DUE = "due"
"""What a moment is called in which nothing keeps the agent from a run."""
_RUNNING = text("SELECT id FROM agent_runs WHERE room_id = :room AND status = 'running'")
_RUNS = text("""
    SELECT r.begun_at, r.ended_at, r.outcome, r.reason, r.tokens_in + r.tokens_out AS tokens,
        o.posted_at, o.message_id
    FROM agent_runs r LEFT JOIN agent_outputs o ON o.run_id = r.id
    WHERE r.room_id = :room ORDER BY r.id
""")


@dataclass(frozen=True, slots=True)
class Plan:
    """How the week goes."""

    settings: AgentSettings = AUTONOMOUS
    answered_days: Collection[int] = (0, 5, 6)
    """Days, from 0 on, on which what the agent puts out is answered."""
    seed: int = 2
    step: timedelta = timedelta(minutes=1)
    """How often beat looks for quiet rooms."""
    look_every: timedelta = timedelta(minutes=10)
    """How often it is noted what keeps the agent silent."""


@dataclass(frozen=True, slots=True)
class Look:
    """What kept the agent silent at a moment."""

    at: datetime
    why: str
    """`NotNow` by value; `DUE` if nothing did."""
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Ran:
    """A run."""

    begun_at: datetime
    ended_at: datetime
    outcome: str
    reason: str
    tokens: int
    posted_at: datetime | None
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """What happened."""

    plan: Plan
    looks: Sequence[Look]
    runs: Sequence[Ran]
    said_at: Sequence[datetime]
    """When people wrote."""
    answered: Collection[int]
    """The agent's messages that somebody answered, by id."""


@dataclass(slots=True)
class _World:
    """The room at a moment."""

    deps: Deps
    plan: Plan
    room: Place
    people: Sequence[Someone]
    to_say: list[Said]
    now: datetime = BEGIN
    said_at: list[datetime] = field(default_factory=list[datetime])
    to_answer: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])
    answered: set[int] = field(default_factory=set[int])
    asked: int = 0

    def advance(self, to: datetime) -> None:
        """Let time pass; what people do meanwhile is done at its own time."""
        while self.to_say and self.to_say[0].at <= to:
            said = self.to_say.pop(0)
            self.now = max(self.now, said.at)
            self._say(said)
        while self.to_answer and self.to_answer[0][0] <= to:
            at, message_id = self.to_answer.pop(0)
            self.now = max(self.now, at)
            self._answer(message_id)
        self.now = max(self.now, to)

    def decide(self, request: Request) -> Reply:
        """The model: every second time it opens a poll about what was said last."""
        self.advance(self.now + THINKS)
        self.asked += 1
        told = said_in(request)
        if self.asked % 2 or len(told) < 2:
            return stays_silent("Nothing that was said calls for it.")
        return opens_poll(told[-2:])

    def look(self) -> Look:
        """What keeps the agent silent now."""
        settings = self.plan.settings
        with transaction(self.deps.sessions) as tx:
            past = read_past(tx, room_id=self.room.id, now=self.now)
        why = why_not_to_run(settings, past, self.now)
        return Look(self.now, why.value if why else DUE, pause_of(settings, past.unanswered))

    def work(self) -> None:
        """What beat and the worker do at this moment."""
        if not scheduling.start_due(self.deps):
            return
        for (run_id,) in self._rows(_RUNNING):
            carry_out(self.deps, run_id=run_id)
        (*_, last) = self._rows(_RUNS)
        if last.message_id and (self.now - BEGIN).days in self.plan.answered_days:
            self.to_answer.append((self.now + ANSWERED_AFTER, last.message_id))

    def runs(self) -> list[Ran]:
        """All runs, the oldest first."""
        return [Ran(*row) for row in self._rows(_RUNS)]

    def _rows(self, query: Any) -> Sequence[Any]:
        with transaction(self.deps.sessions) as tx:
            return tx.execute(query, {"room": self.room.id}).all()

    def _say(self, said: Said) -> None:
        messages.post_message(
            self.deps,
            actor_id=self.people[said.who].id,
            room_id=self.room.id,
            client_id=self.deps.ids.client_id(),
            body=said.body,
            is_limited=False,
            is_judged=False,
        )
        self.said_at.append(self.now)

    def _answer(self, message_id: int) -> None:
        polls.vote(
            self.deps,
            actor_id=self.people[message_id % len(self.people)].id,
            room_id=self.room.id,
            message_id=message_id,
            choice=0,
        )
        self.answered.add(message_id)


def live_through(deps: Deps, plan: Plan) -> Week:
    """A week of a new room, from its first to its last minute."""
    owner = sign_up(deps, "owner")
    room = make_room(deps, owner, name="repair evening")
    members = [bring_in(deps, room, by=owner, who=sign_up(deps)) for _ in range(PEOPLE - 1)]
    chosen = plan.settings.model_dump(mode="json")
    change_settings(deps, actor_id=owner.id, room_id=room.id, chosen=chosen)
    talk = week_of_talk(begin=BEGIN, days=DAYS, people=PEOPLE, seed=plan.seed)
    world = _World(deps, plan, room, [owner, *members], talk)
    looks: list[Look] = []
    with _asking(world):
        for number in range(int(timedelta(days=DAYS) / plan.step)):
            world.advance(BEGIN + number * plan.step)
            if number % (plan.look_every // plan.step) == 0:
                looks.append(world.look())
            world.work()
    return Week(plan, looks, world.runs(), world.said_at, world.answered)


@contextmanager
def _asking(world: _World) -> Iterator[None]:
    """The world's own clock and model in place of the real ones."""
    with scripted_openai(otherwise=world.decide) as server:
        made = with_settings(world.deps, openai_base_url=server.base_url, llm_retries=0)
        chat = ChatModels(made.settings, made.redis)
        world.deps = replace(made, chat=chat, clock=lambda: world.now)
        try:
            yield
        finally:
            # What the client keeps open is closed with it.
            cast(Any, chat.model()).root_client.close()
