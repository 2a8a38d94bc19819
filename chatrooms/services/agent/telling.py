"""What steps of a run did, in words for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from chatrooms.domain.agent import AgentMode, OutputStatus, RunOutcome
from chatrooms.services.agent.record import RecordedRun, RecordedStep

NODES = {
    "observe": "Look",
    "decide": "Decide",
    "act": "Check",
    "propose": "Propose",
    "await_decision": "Moderators",
    "deliver": "Post",
    "end": "End",
}
"""What each node does, in a word."""
_ERASED = "The words went with a message that it was shown."
_MIN_PER_HOUR, _MIN_PER_DAY = 60, 1_440


def tell(run: RecordedRun, step: RecordedStep) -> list[str]:
    """What a step did, in a sentence or several."""
    return _TOLD[step.node](run, step)


def _observe(_run: RecordedRun, step: RecordedStep) -> list[str]:
    seen = cast(Mapping[str, Any] | None, step.output.get("observation"))
    if seen is None:
        return [_ended("Did not look", step)]
    parts = [
        _count(seen, "messages", "message"),
        _count(seen, "summary", "sentence", " of the summary"),
        _count(seen, "polls", "open poll"),
        _count(seen, "outputs", "earlier output"),
    ]
    quiet = f"quiet for {_duration(int(seen.get('quiet_min', 0)))}"
    return [f"Looked at {', '.join([part for part in parts if part] or ['nothing'])}, {quiet}"]


def _decide(_run: RecordedRun, step: RecordedStep) -> list[str]:
    if step.outcome:
        return [_ended("Did not ask the model", step)]
    tokens, seconds = step.tokens_in + step.tokens_out, step.took_ms / 1_000
    asked = f"Asked the model ({tokens:,} tokens, {seconds:.1f} s)"
    if step.is_erased:
        return [f"{asked}. {_ERASED}"]
    (answer,) = _said(step) or [{}]
    calls = [*_list(answer, "tool_calls"), *_list(answer, "invalid_tool_calls")]
    names = [str(call.get("name") or "something unnamed") for call in calls]
    return [f"{asked}: it called {' and '.join(names) if names else 'no tool'}"]


def _act(_run: RecordedRun, step: RecordedStep) -> list[str]:
    if step.is_erased:
        return [_ended(_ERASED, step) if step.outcome else _ERASED]
    told = [_answered(step, str(each.get("content", ""))) for each in _said(step)]
    if step.outcome and step.outcome != RunOutcome.SILENT:
        told.append(_ended("Gave up", step))
    return told


def _answered(step: RecordedStep, said: str) -> str:
    if said == "Accepted.":
        return "Passed every check"
    if said == "Silent.":
        return f"Chose to stay silent: {step.output.get('reason', '')}"
    return said if said.startswith("Refused: ") else "The model called no tool, and was told to"


def _propose(run: RecordedRun, step: RecordedStep) -> list[str]:
    if step.outcome:
        return [_ended("Not proposed", step)]
    is_asked = run.settings.mode is AgentMode.PROPOSE
    return ["Proposed" if is_asked else "Kept, to be posted without asking"]


def _await_decision(run: RecordedRun, step: RecordedStep) -> list[str]:
    output = run.output
    by = f" by {output.decided_by}" if output is not None and output.decided_by else ""
    if not step.outcome:
        edited = ", with changes" if output is not None and output.is_edited else ""
        return [f"Approved{by}{edited}"]
    if output is not None and output.status is OutputStatus.REJECTED:
        return [_ended(f"Rejected{by}", step)]
    is_late = step.outcome == RunOutcome.EXPIRED
    return [_ended("Nobody decided in time" if is_late else "Taken back", step)]


def _deliver(_run: RecordedRun, step: RecordedStep) -> list[str]:
    return ["Posted" if step.outcome == RunOutcome.POSTED else _ended("Not posted", step)]


def _end(_run: RecordedRun, _step: RecordedStep) -> list[str]:
    return ["The run was over"]


_TOLD = {
    "observe": _observe,
    "decide": _decide,
    "act": _act,
    "propose": _propose,
    "await_decision": _await_decision,
    "deliver": _deliver,
    "end": _end,
}


def _ended(what: str, step: RecordedStep) -> str:
    reason = str(step.output.get("reason", ""))
    return f"{what}: {reason}" if reason else what


def _said(step: RecordedStep) -> Sequence[Mapping[str, Any]]:
    """The messages that a step added to the conversation with the model."""
    messages = cast(Iterable[Mapping[str, Any]], step.output.get("messages") or ())
    return [cast(Mapping[str, Any], each.get("data") or {}) for each in messages]


def _list(said: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    return cast(Sequence[Mapping[str, Any]], said.get(name) or ())


def _count(seen: Mapping[str, Any], name: str, one: str, of: str = "") -> str:
    number = len(_list(seen, name))
    return f"{number} {one}{'' if number == 1 else 's'}{of}" if number else ""


def _duration(minutes: int) -> str:
    for size, unit in ((_MIN_PER_DAY, "day"), (_MIN_PER_HOUR, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"
