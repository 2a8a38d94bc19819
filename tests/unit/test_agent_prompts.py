"""What the room agent's model is told."""

from typing import Any

import pytest

from chatrooms.agents.room_agent.prompts import SYSTEM, prompt
from chatrooms.domain.agent_observation import (
    Observation,
    SeenMessage,
    SeenOutput,
    SeenPoll,
    SeenSentence,
)
from chatrooms.domain.prompting import DATA_NOTICE, Block, parse_blocks
from tests.support.attacks import ATTACKS


def message(id_: int, text: str = "", **known: Any) -> SeenMessage:
    return SeenMessage(
        id=id_, revision=0, author="ada", text=text or f"word{id_}", at="2026-03-10", **known
    )


def blocks_of(seen: Observation, *, max_tokens: int = 10_000) -> dict[str, Block]:
    system, asked = prompt(seen, max_tokens=max_tokens)
    assert system.text == SYSTEM
    return {each.name: each for each in parse_blocks(asked.text)}


def numbered(seen: Observation, *, max_tokens: int = 10_000) -> dict[int, str]:
    """The messages that are shown, by the numbers that they have."""
    shown = blocks_of(seen, max_tokens=max_tokens)["messages"].children
    return {int(each.attributes["n"]): each.text for each in shown}


def room(**known: Any) -> Observation:
    return Observation(room="Repair", slug="repair", **known)


def test_the_model_is_told_that_what_people_wrote_is_data() -> None:
    assert DATA_NOTICE in SYSTEM


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nothing_written_anywhere_in_a_room_leaves_its_tag(attack: Any) -> None:
    said = attack.said
    seen = Observation(
        room=said,
        slug="repair",
        topic=said,
        tags=(said, "tag"),
        description=said,
        quiet_min=200,
        summary=(SeenSentence(text=said, ids=(1,)),),
        messages=(
            SeenMessage(id=1, revision=0, author=said, text=said, at="2026-03-10"),
            message(2, "Good morning"),
        ),
        polls=(SeenPoll(question=said, choices=(said, "no")),),
        outputs=(
            SeenOutput(kind="topic", text=said[:300], at="", outcome="rejected", reason=said),
        ),
    )
    blocks = blocks_of(seen, max_tokens=100_000)
    assert list(blocks) == ["room", "quiet", "summary", "messages", "polls", "outputs"]
    assert blocks["room"].attributes["name"] == said
    assert blocks["room"].attributes["description"] == said
    assert blocks["summary"].text == said
    assert [each.name for each in blocks["messages"].children] == ["message", "message"]
    first = blocks["messages"].children[0]
    assert (first.attributes["author"], first.text) == (said, said)
    (poll,) = blocks["polls"].children
    assert (poll.attributes["question"], poll.text) == (said, f"{said}\nno")
    (output,) = blocks["outputs"].children
    assert (output.attributes["reason"], output.text) == (said, said[:300])


def test_numbers_stay_the_same_when_old_messages_do_not_fit() -> None:
    seen = room(messages=tuple(message(n, f"{n:04}" * 10) for n in range(1, 21)))
    everything = numbered(seen)
    assert list(everything) == list(range(1, 21))
    some = numbered(seen, max_tokens=50)
    assert list(some) == [16, 17, 18, 19, 20]
    assert all(everything[n] == text for n, text in some.items())


def test_the_newest_message_is_shown_however_long_it_is() -> None:
    seen = room(messages=(message(1), message(2, "x" * 900)))
    assert numbered(seen, max_tokens=1) == {2: "x" * 900}


def test_quotes_and_threads_are_named_by_number_and_those_out_of_sight_not_at_all() -> None:
    seen = room(
        messages=(message(70), message(80, reply_to=70, thread=70), message(90, reply_to=5))
    )
    shown = blocks_of(seen)["messages"].children
    assert (shown[1].attributes["reply_to"], shown[1].attributes["thread"]) == ("1", "1")
    assert not {"reply_to", "thread"} & shown[2].attributes.keys()


def test_an_empty_room_is_told_as_one() -> None:
    blocks = blocks_of(room())
    assert list(blocks) == ["room", "quiet", "messages"]
    assert blocks["messages"].children == ()
