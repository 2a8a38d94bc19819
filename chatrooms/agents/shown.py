"""What the model was shown for a turn, and which of it an answer may rest on.

An answer can repeat what it does not cite. So it rests on more than its sources: on each message
that was found for the question and, of what stands for many messages at once or would be thousands
(summaries, earlier answers, what somebody missed), on that which has words of the answer.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from chatrooms.bootstrap import Deps
from chatrooms.domain.citing import UNSURE, unmarked
from chatrooms.domain.memory import Passage
from chatrooms.ml.retrieve.wording import is_empty, stem
from chatrooms.services.ai import answering
from chatrooms.services.ai.answering import RunningTurn
from chatrooms.services.ai.retrieval import Hit

_WORD = re.compile(r"\w+")
_COMMON = 12
"""A word that more passages have than this is nobody's own: it says of none that it was used."""


class Shown:
    """What the model was shown for one attempt at a turn."""

    def __init__(self, deps: Deps, turn: RunningTurn) -> None:
        self._deps = deps
        self._turn = turn
        self._revisions: dict[int, int] = {}
        self._found: set[int] = set()
        self._elsewhere: set[int] = set()
        self._passages: list[Passage] = []

    def note_found(self, hits: Iterable[Hit], *, elsewhere: Iterable[int] = ()) -> None:
        """Keep messages that the model is shown next: an answer rests on each of them. `elsewhere`:
        the other rooms that they are from."""
        self._elsewhere.update(elsewhere)
        for hit in hits:
            self._found.add(hit.message_id)
            self._passages.append(Passage((hit.message_id,), hit.text, hit.author_name))
            self._keep(hit.message_id, hit.revision)

    def note_behind(
        self,
        passages: Sequence[Passage],
        revisions: Mapping[int, int],
        *,
        elsewhere: Iterable[int] = (),
    ) -> None:
        """Keep what else the model is shown next: an answer rests on the messages behind it if it
        has words of it. `revisions`: which texts of these messages were read, by id; `elsewhere`:
        the other rooms that some of them are from."""
        self._elsewhere.update(elsewhere)
        self._passages += passages
        for message_id, revision in revisions.items():
            self._keep(message_id, revision)

    def _keep(self, message_id: int, revision: int) -> None:
        # Of two texts of one message the answer may have the older.
        self._revisions[message_id] = min(revision, self._revisions.get(message_id, revision))

    def store(self) -> None:
        """Store what was noted, before anybody is shown what the model makes of it: whatever
        becomes of the attempt, that may rest on it."""
        answering.note_shown(self._deps, self._turn, self._revisions, self._elsewhere)

    def resting(self, answer: str, cited: Collection[int]) -> dict[int, int]:
        """Which text of which messages an answer with these sources may rest on, by id."""
        used = used_of(self._passages, answer, cited, asked=self._turn.question)
        ids = self._found.union(cited, used)
        return {each: revision for each, revision in self._revisions.items() if each in ids}


def used_of(
    passages: Sequence[Passage], answer: str, cited: Collection[int], *, asked: str = ""
) -> set[int]:
    """Ids of the messages behind those passages that have a word of the answer which is neither in
    the question nor in what it cites."""
    words = _words(unmarked(answer).removeprefix(UNSURE)) - _words(asked)
    others: list[tuple[Passage, Set[str]]] = []
    for passage in passages:
        if set(passage.ids) <= set(cited):
            words -= _words(f"{passage.author} {passage.text}")
        else:
            others.append((passage, _words(passage.text)))
    found_in = Counter(word for _, has in others for word in has & words)
    own = {word for word, count in found_in.items() if count <= _COMMON}
    return {id_ for passage, has in others if has & own for id_ in passage.ids}


def _words(text: str) -> Set[str]:
    return {stem(word) for word in _WORD.findall(text.casefold()) if not is_empty(word)}
