"""An answer out of a room's history, in the words of its messages."""

from dataclasses import dataclass

from chatrooms.ml.retrieve.confidence import confidence
from chatrooms.ml.retrieve.history import History

THRESHOLD = 0.4
"""Below this confidence the room is taken to hold no answer, where only yes or no may be said."""
NO_ANSWER = "The room holds no answer to this."

_RANKED = 10
_CITED = 3
_NEARLY = 0.8
"""What counts as nearly as good as the best: this share of its score."""
_QUOTED_CHARS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What the room says to a question."""

    message_ids: list[str]
    """Up to 10 messages, best first, whether or not they are believed to answer."""
    score: float
    """How sure it is that the room holds an answer, from 0 to 1."""
    abstain: bool
    citations: list[str]
    """The messages that `answer` quotes; none if it abstains."""
    answer: str


def answer_question(history: History, question: str) -> Answer:
    """Quote the messages that answer the question, or say that there are none."""
    if not history.lines:
        return Answer([], 0.0, True, [], NO_ANSWER)
    ranking = history.rank(question)
    best = ranking.best(_RANKED)
    ids = [history.lines[place].id for place in best]
    score = confidence(ranking, best, history.calibration)
    if score < THRESHOLD:
        return Answer(ids, score, True, [], NO_ANSWER)
    enough = _NEARLY * ranking.scores[best[0]]
    cited = [place for place in best[:_CITED] if ranking.scores[place] >= enough]
    quotes = [_quote(history.lines[place].text) for place in cited]
    return Answer(ids, score, False, ids[: len(cited)], "\n".join(quotes))


def _quote(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED_CHARS else text[: _QUOTED_CHARS - 1].rstrip() + "…"
