"""`replay-run`: walk a run of a room's agent once more over its record."""

from pathlib import Path
from typing import Annotated

import typer

from chatrooms import bootstrap
from chatrooms.agents.room_agent.replaying import Replay, ReplayedStep, replay
from chatrooms.cli.instance import use_instance
from chatrooms.cli.output import say
from chatrooms.domain.errors import RunUnavailable
from chatrooms.domain.startup import CannotStart
from chatrooms.services.agent.telling import tell


def replay_run(
    run_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Number of the run.")],
    data: Annotated[Path | None, typer.Option(help="Data folder of the running server.")] = None,
) -> None:
    """Walk the agent's graph over the record of a run, and compare each step with what was
    recorded. No model is asked, nothing is written. The exit status is 1 if a step differs.
    """
    use_instance(data)
    try:
        found = replay(bootstrap.current(), run_id=run_id)
    except RunUnavailable as error:
        raise CannotStart(f"There is no run {run_id}.") from error
    for step in found.steps:
        _print(found, step)
    say(_sum(found))
    if not found.is_same:
        raise typer.Exit(1)


def _print(found: Replay, step: ReplayedStep) -> None:
    recorded = step.recorded
    outcome = f" ({recorded.outcome})" if recorded.outcome else ""
    words = "; ".join(tell(found.run, recorded))
    say(f"{recorded.n:>3}  {_mark(step):9}  {recorded.node}{outcome}: {words}")


def _mark(step: ReplayedStep) -> str:
    now = {"node": step.node, "outcome": step.outcome or "goes on", "output": "other output"}
    return f"DIFFERS: {now[step.differs]}" if step.differs else "same"


def _sum(found: Replay) -> str:
    same = sum(not step.differs for step in found.steps)
    walked = f"{same} of {len(found.run.steps)} steps are the same."
    return f"{walked} {found.missing}".rstrip()
