"""What becomes of the messages that an answer of the assistant's rests on."""

from typing import Literal

from pydantic import Field

from chatrooms.domain.events.part import Part


class Outdated(Part):
    """That messages which an answer may rest on are not what they were when it was written."""

    change: Literal["changed", "removed"]
    lost: tuple[int, ...] = Field(
        default=(),
        description="Ids of those that it cites: they are its sources no more. None if it rests on"
        " others.",
    )


class AnswerOutdated(Part):
    """What an answer rests on changed, or is again what it was."""

    kind: Literal["answer_outdated"] = "answer_outdated"
    message_id: int
    outdated: Outdated | None
