"""What the model answered, as it can be stored and said to it again."""

from __future__ import annotations

from typing import Any, cast

from langchain_core.messages import AIMessage

UNREADABLE = "(an answer that could not be read)"


def storable(answer: AIMessage) -> AIMessage:
    """The answer without characters that PostgreSQL does not store, and with an id of its own for
    each call: some servers give none, or the same to several, and take back only what has one."""
    calls = [*answer.tool_calls, *answer.invalid_tool_calls]
    ids = [call["id"] for call in calls]
    are_told_apart = all(ids) and len(set(ids)) == len(ids)
    names = ids if are_told_apart else [f"call_{n}" for n in range(1, len(calls) + 1)]
    named = [_clean({**call, "id": id_}) for call, id_ in zip(calls, names, strict=True)]
    of_json = len(answer.tool_calls)
    return AIMessage(
        content=_clean(answer.text),
        id=answer.id,
        tool_calls=named[:of_json],
        invalid_tool_calls=named[of_json:],
    )


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        known = cast(dict[str, Any], value)
        return {_clean(key): _clean(each) for key, each in known.items()}
    if isinstance(value, list):
        return [_clean(each) for each in cast(list[Any], value)]
    return value
