"""Putting what the agent wrote into its room: once, as an ordinary message of its account."""

from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import AgentOutput
from chatrooms.domain.agent import (
    AgentMode,
    Idea,
    OutputStatus,
    PollIdea,
    RunOutcome,
    TopicIdea,
    Trigger,
    parse_idea,
)
from chatrooms.domain.agent_timing import NotNow, why_not_to_speak
from chatrooms.domain.errors import ChatError
from chatrooms.domain.permissions import Permission
from chatrooms.domain.published import published
from chatrooms.domain.text import check_body
from chatrooms.services.access import RoomAccess, access_room
from chatrooms.services.admission import admit
from chatrooms.services.agent.runs import Halted, Run, check_may_act
from chatrooms.services.agent.switch import hold_on
from chatrooms.services.agent.timing import read_past
from chatrooms.services.ai.cited import still_says
from chatrooms.services.event_log import lock_room
from chatrooms.services.moderation import slow_mode
from chatrooms.services.polls import PollDraft, check_poll
from chatrooms.services.posting import NewMessage, store

_IN_THE_WAY = {
    NotNow.EMPTY: "Nobody wrote in this room yet.",
    NotNow.NOT_QUIET: "People were talking by then.",
    NotNow.OUTSIDE_HOURS: "Its hours were over by then.",
    NotNow.POSTS_SPENT: "It had put out as much as it may in a day.",
    NotNow.TOKENS_SPENT: "It had used as many tokens as it may in a day.",
    NotNow.PAUSING: "It spoke not long ago.",
}


def client_id_of(run_id: int) -> str:
    """What the message of a run is called by, so that there is one at most."""
    return f"agent-run-{run_id}"


def deliver(deps: Deps, run: Run) -> None:
    """Post what a run wrote, as the agent. Doing it again posts nothing. Raises: Halted with what
    ends the run instead."""
    try:
        with transaction(deps.sessions) as tx:
            is_on = hold_on(tx)
            lock_room(tx, room_id=run.room_id)
            _deliver(tx, deps, run, is_on=is_on)
    except ChatError as error:
        # The room does not let it write, such as in slow mode.
        raise Halted(RunOutcome.NOT_ALLOWED, str(error)) from error


def _deliver(tx: Transaction, deps: Deps, run: Run, *, is_on: bool) -> None:
    output = tx.execute(
        select(AgentOutput).where(col(AgentOutput.run_id) == run.id).with_for_update()
    ).scalar_one()
    if output.status == OutputStatus.POSTED:
        return
    if not is_on:
        raise Halted(RunOutcome.STOPPED, "An administrator stopped all agents.")
    if output.status != OutputStatus.APPROVED:
        raise Halted(RunOutcome.WITHDRAWN, "It waits no more.")
    _check_may_speak(tx, deps, run, is_decided=output.decided_by is not None)
    revisions = dict(zip(output.evidence, output.revisions, strict=True))
    if not still_says(tx, room_id=run.room_id, revisions=revisions):
        raise Halted(RunOutcome.WITHDRAWN, "A message that it rests on was changed or taken away.")
    admit(tx, deps, room_id=run.room_id, account_id=run.agent_id)
    access = access_room(tx, actor_id=run.agent_id, room_id=run.room_id, to=Permission.POST)
    with slow_mode.turn(deps, access=access, what=client_id_of(run.id)):
        message_id = _post(tx, deps, access, run, output)
    output.status, output.posted_at = OutputStatus.POSTED.value, deps.clock()
    output.message_id = message_id
    tx.after_commit(lambda: deps.bus.nudge_room(run.room_id, "agent"))


def _check_may_speak(tx: Transaction, deps: Deps, run: Run, *, is_decided: bool) -> None:
    """A moderator's approval stands for any hour; what the agent does by itself is asked about once
    more, under the room's lock. Raises: Halted."""
    settings = check_may_act(tx, run)
    if is_decided:
        return
    if settings.mode is not AgentMode.AUTONOMOUS:
        raise Halted(RunOutcome.STOPPED, "The agent may not post by itself any more.")
    if run.trigger is Trigger.BOOST:
        return
    now = deps.clock()
    past = read_past(tx, room_id=run.room_id, now=now, without_run=run.id)
    reason = why_not_to_speak(settings, past, now)
    if reason is not None:
        raise Halted(RunOutcome.IN_THE_WAY, _IN_THE_WAY[reason])


def _post(tx: Transaction, deps: Deps, access: RoomAccess, run: Run, output: AgentOutput) -> int:
    idea = parse_idea(output.idea)
    now = deps.clock()
    poll = None
    if isinstance(idea, PollIdea):
        closes_at = now + timedelta(hours=idea.closes_in_hours)
        poll = check_poll(PollDraft(idea.question, idea.choices, closes_at=closes_at), now=now)
    new = NewMessage(
        client_id=client_id_of(run.id),
        body=check_body(
            _body(deps, idea, access.facts.slug), max_chars=deps.settings.max_body_chars
        ),
        sent_at=now,
        poll=poll,
        agent_output_id=output.id,
    )
    return store(tx, deps, access=access, new=new).id


def _body(deps: Deps, idea: Idea, slug: str) -> str:
    """The message's text: what marks such as [1] name are permalinks, and nothing else leads
    anywhere."""
    if isinstance(idea, PollIdea):
        return idea.question
    url = deps.settings.public_url.rstrip("/")
    paths = [f"{url}/rooms/{slug}?message={each}" for each in idea.evidence]
    text = published(idea.body, paths, max_chars=deps.settings.max_body_chars)
    if isinstance(idea, TopicIdea):
        return f"**{published(idea.title, (), max_chars=200)}**\n\n{text}"
    return text
