"""Telling a room's messages in fewer words, each sentence with the messages it rests on.

Whatever the language model writes is checked before it is used: a sentence without sources, or with
one that it was not given, is dropped.
"""

import re
from collections.abc import Callable, Iterator, Sequence, Set
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from chatrooms.adapters.chat_model import ChatModels
from chatrooms.domain.errors import AnswerUnusable
from chatrooms.domain.memory import CitedSentence, Passage
from chatrooms.domain.prompting import DATA_NOTICE, block, passage_blocks, tokens_of
from chatrooms.domain.usage import Usage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_MAX_ROUNDS = 6
TAG_TOKENS = 30
"""What a message takes in a prompt beside its text, about."""
_MARK = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_ENDED = re.compile(r"(?:[^\w\s]|[./]\S*)$")
"""Ends with a sign of its own, or with an address, which a full stop would change."""
_QUOTED = re.compile(r"(\S[^:\n]{0,79}): (\S.*)", re.DOTALL)
_INSTRUCTIONS = (
    "You summarise a conversation in a chat room for people who were not there."
    f" {DATA_NOTICE}\n"
    "Say what was decided, asked, answered and planned, and by whom, in the order of the"
    " conversation and in its language. Each sentence stands by itself and gives in `cites` the"
    " numbers `n` of the messages that it rests on. Say nothing that those messages do not say."
    " Use at most {max_words} words in all."
)


class _Sentence(BaseModel):
    """One sentence of the summary."""

    text: str
    cites: list[int] = Field(description="Numbers `n` of the messages that it rests on.")


class _Summary(BaseModel):
    """The summary of the messages."""

    sentences: list[_Sentence]


def summarise(
    chat: ChatModels,
    passages: Sequence[Passage],
    *,
    max_words: int,
    budget_tokens: int,
    usage: Usage,
    go_on: Callable[[], None] = lambda: None,
) -> list[CitedSentence]:
    """The passages in at most `max_words` words, each sentence with the ids of those it rests on.
    Nothing to quote, such as emoji alone, gives no sentence. Raises and the rest: as `fit`.
    """
    fitting = fit(
        chat,
        passages,
        max_words=max_words,
        budget_tokens=budget_tokens,
        usage=usage,
        go_on=go_on,
    )
    return _ask(chat, fitting, max_words=max_words, usage=usage) if fitting else []


def fit(
    chat: ChatModels,
    passages: Sequence[Passage],
    *,
    max_words: int,
    budget_tokens: int,
    usage: Usage,
    go_on: Callable[[], None] = lambda: None,
) -> list[Passage]:
    """Passages that fit into one prompt: these, or if they are longer than `budget_tokens`, each
    stretch of them in `max_words` words (map-reduce). `go_on` is called after each call of the
    model.

    Raises: AssistantUnavailable; AnswerUnusable also if no sentence that was written has sources.
    """
    left = list(passages)
    for _ in range(_MAX_ROUNDS):
        stretches = list(_stretches(left, budget_tokens))
        if len(stretches) <= 1:
            return stretches[0] if stretches else []
        shorter: list[Passage] = []
        for stretch in stretches:
            found = _ask(chat, stretch, max_words=max_words, usage=usage)
            shorter += [Passage(each.ids, each.text) for each in found]
            go_on()
        left = shorter
    raise AnswerUnusable


def _stretches(passages: Sequence[Passage], budget_tokens: int) -> Iterator[list[Passage]]:
    """Passages that fit into one prompt, in their order."""
    stretch: list[Passage] = []
    spent = 0
    for passage in passages:
        cost = min(tokens_of(passage.text) + TAG_TOKENS, budget_tokens)
        if stretch and spent + cost > budget_tokens:
            yield stretch
            stretch, spent = [], 0
        stretch.append(_cut(passage, budget_tokens))
        spent += cost
    if stretch:
        yield stretch


def _cut(passage: Passage, budget_tokens: int) -> Passage:
    """Of what is longer than the whole budget, the beginning."""
    if tokens_of(passage.text) + TAG_TOKENS <= budget_tokens:
        return passage
    length = len(passage.text) * (budget_tokens - TAG_TOKENS) // tokens_of(passage.text)
    return Passage(passage.ids, passage.text[:length], passage.author, passage.sent_at)


def _ask(
    chat: ChatModels, passages: Sequence[Passage], *, max_words: int, usage: Usage
) -> list[CitedSentence]:
    given = [spoken(passage) for passage in passages]
    answer = chat.structured(_prompt(given, max_words), _Summary, usage=usage)
    cited = [each for found in answer.sentences if (each := _checked(found, passages))]
    if answer.sentences and not cited:
        raise AnswerUnusable
    return _within(_named(cited, {each.author for each in given}), max_words)


def spoken(passage: Passage) -> Passage:
    """A sentence of a summary that quotes somebody, as a message of that person. It ends with a
    full stop: else the next, from elsewhere in the conversation, would look like its other half."""
    quoted = None if passage.author else _QUOTED.match(passage.text)
    if not quoted:
        return passage
    text = quoted[2] if _ENDED.search(quoted[2]) else f"{quoted[2]}."
    return Passage(passage.ids, text, quoted[1])


def _named(sentences: Sequence[CitedSentence], authors: Set[str]) -> list[CitedSentence]:
    """Each sentence with the name of whom it quotes, also where only the one before has it: they
    are condensed one by one, and may part."""
    named: list[CitedSentence] = []
    name = ""
    for each in sentences:
        quoted = _QUOTED.match(each.text)
        if quoted and quoted[1] in authors:
            name = quoted[1]
        elif named and name and named[-1].ids == each.ids:
            each = CitedSentence(f"{name}: {each.text}", each.ids)
        else:
            name = ""
        named.append(each)
    return named


def _prompt(passages: Sequence[Passage], max_words: int) -> list["BaseMessage"]:
    from langchain_core.messages import HumanMessage, SystemMessage

    given = block("messages", passage_blocks(passages), max_words=max_words)
    return [
        SystemMessage(_INSTRUCTIONS.format(max_words=max_words)),
        HumanMessage(str(given)),
    ]


def _checked(sentence: _Sentence, passages: Sequence[Passage]) -> CitedSentence | None:
    """The sentence with ids in place of numbers; None if it has none or one that was not given."""
    text = " ".join(_MARK.sub("", sentence.text).split())
    numbers = set(sentence.cites)
    if not text or not numbers or not numbers <= set(range(1, len(passages) + 1)):
        return None
    ids = dict.fromkeys(id_ for n in sorted(numbers) for id_ in passages[n - 1].ids)
    return CitedSentence(text, tuple(ids))


def _within(sentences: Sequence[CitedSentence], max_words: int) -> list[CitedSentence]:
    """The first sentences that together keep to the length."""
    kept: list[CitedSentence] = []
    left = max_words
    for sentence in sentences:
        words = sentence.text.split()
        if not kept and len(words) > left:
            return [CitedSentence(" ".join(words[:left]) + "\u2026", sentence.ids)]
        if len(words) > left:
            break
        left -= len(words)
        kept.append(sentence)
    return kept
