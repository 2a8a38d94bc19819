"""What people are told of answers that failed."""

import pytest

from chatrooms.domain.assistant import Fault, Kind, Outcome
from chatrooms.domain.errors import ChatError, every_error
from chatrooms.services.ai.conversation import Turn
from chatrooms.state.assistant_rows import turn_row
from tests.support.made import START

SENTENCES = {
    *((each.code, each.sentence) for each in every_error()),
    *((each.value, each.sentence) for each in Fault),
}
CODES = sorted(code for code, _ in SENTENCES)


def problem(error: str, outcome: Outcome = Outcome.FAILED) -> str:
    turn = Turn(
        id=1,
        kind=Kind.QUESTION,
        client_id="c",
        question="When?",
        answer="",
        outcome=outcome,
        error=error,
        sources=(),
        rests_on={},
        elsewhere=(),
        by_words=False,
        is_withdrawn=False,
        model="",
        rating=0,
        attempt=1,
        asked_at=START,
    )
    return turn_row(turn, slug="room").problem


def test_a_code_stands_for_one_sentence() -> None:
    assert len(CODES) == len(set(CODES)) > 30


@pytest.mark.parametrize("code", [each for each in CODES if each != Fault.UNEXPECTED])
def test_whatever_an_answer_can_fail_with_is_said_in_a_sentence_of_its_own(code: str) -> None:
    said = problem(code)
    assert said.endswith(".")
    assert said not in (Fault.UNEXPECTED.sentence, ChatError.sentence) or code == ChatError.code
    assert problem(code, Outcome.ANSWERED) == ""


def test_what_is_not_known_counts_as_a_fault_of_the_server() -> None:
    assert problem("a code of another version") == problem(Fault.UNEXPECTED)
    assert "server" in problem(Fault.UNEXPECTED)
