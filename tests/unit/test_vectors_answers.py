"""Whatever answers in Chroma's place is told as an index that is away, and never as a fault."""

from collections.abc import Callable

import numpy as np
import pytest

from chatrooms.adapters.embeddings import OpenAIEmbedder
from chatrooms.adapters.vectors import Entry, Vectors
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.services.ai.index_texts import item_of
from chatrooms.settings import Settings
from tests.support.nonsense import Answer, answering

Ask = Callable[[Vectors], object]
VECTOR = np.ones(3, dtype=np.float32)
ASKS: dict[str, Ask] = {
    "identity": lambda chroma: chroma.identity(),
    "upsert": lambda chroma: chroma.upsert("room", [Entry("message-1", VECTOR, 0)]),
    "delete": lambda chroma: chroma.delete("room", ["message-1"]),
    "versions": lambda chroma: chroma.versions("room", ["message-1"]),
    "nearest": lambda chroma: chroma.nearest("room", VECTOR, limit=3),
    "vectors": lambda chroma: chroma.vectors("room", ["message-1"], length=3),
    "names": lambda chroma: chroma.names(),
}
HTML = "<html><body>It works!</body></html>"
MADE = Answer('{"id": "a", "name": "room"}')


def asked(ask: Ask, *answers: Answer) -> object:
    with answering(*answers) as url:
        chroma = Vectors(url, database="test")
        try:
            return ask(chroma)
        finally:
            chroma.close()


@pytest.mark.parametrize("what", ASKS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(HTML, media_type="text/html"),
        Answer(HTML, status=404, media_type="text/html"),
        Answer(HTML, status=302, media_type="text/html"),
        Answer(HTML, status=502, media_type="text/html"),
        Answer('{"error": "Gone", "message": "The v2 API is not there"}', status=410),
        Answer(""),
        Answer('{"id": "a'),
        Answer("null"),
        Answer("7"),
        Answer('"a"'),
        Answer("{}"),
        Answer("[7, null]"),
        Answer('[{"id": 7}]'),
        Answer('{"id": 7, "name": null}'),
        Answer('{"id": {"id": "a"}}'),
        Answer("[" * 10_000),
    ],
)
def test_what_is_no_answer_of_chroma_counts_as_none(what: str, answer: Answer) -> None:
    with pytest.raises(VectorsUnavailable):
        asked(ASKS[what], answer)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("upsert", HTML),
        ("delete", ""),
        ("versions", "[]"),
        ("versions", '{"ids": null, "metadatas": null}'),
        ("versions", '{"ids": ["message-1"], "metadatas": []}'),
        ("versions", '{"ids": ["message-1"], "metadatas": [null]}'),
        ("versions", '{"ids": ["message-1"], "metadatas": [{"version": "first"}]}'),
        ("nearest", '{"ids": [], "distances": []}'),
        ("nearest", '{"ids": ["message-1"], "distances": [0.5]}'),
        ("nearest", '{"ids": [["message-1"]], "distances": [[null]]}'),
        ("nearest", '{"ids": [["message-1"]], "distances": [[NaN]]}'),
        ("nearest", '{"ids": [["message-1"]], "distances": [[0.5, 0.6]]}'),
        ("vectors", '{"ids": ["message-1"], "embeddings": null}'),
        ("vectors", '{"ids": ["message-1"], "embeddings": [[1, 2]]}'),
        ("vectors", '{"ids": ["message-1"], "embeddings": [[1, 2, "x"]]}'),
        ("vectors", '{"ids": ["message-1"], "embeddings": [[1, 2, Infinity]]}'),
        ("vectors", '{"ids": ["message-1"], "embeddings": []}'),
    ],
)
def test_what_answers_about_a_collection_must_fit_the_question(what: str, body: str) -> None:
    with pytest.raises(VectorsUnavailable):
        asked(ASKS[what], MADE, Answer(body))


def test_a_server_that_knows_no_pages_is_not_asked_for_ever() -> None:
    page = ",".join(f'{{"id": "{n}", "name": "{n}"}}' for n in range(500))
    with pytest.raises(VectorsUnavailable):
        asked(ASKS["names"], Answer(f"[{page}]"))


def test_what_is_no_http_at_all_counts_as_no_answer() -> None:
    with pytest.raises(VectorsUnavailable):
        asked(ASKS["identity"], Answer(HTML, status=99))


@pytest.mark.parametrize(
    "entry_id",
    ["", "message", "message-", "message-x", "poll-7", "message--1", "message-" + "9" * 30],
)
def test_an_entry_that_is_none_of_ours_counts_as_nonsense(entry_id: str) -> None:
    with pytest.raises(VectorsUnavailable):
        item_of(entry_id)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(HTML, media_type="text/html"),
        Answer("null"),
        Answer("[]"),
        Answer('{"data": null}'),
        Answer('{"data": []}'),
        Answer('{"data": [{"embedding": null}]}'),
        Answer('{"data": [{"embedding": []}]}'),
        Answer('{"data": [{"embedding": [1, NaN]}]}'),
        Answer('{"data": [{"embedding": [1]}, {"embedding": [2]}]}'),
    ],
)
def test_what_is_no_answer_of_a_server_of_embeddings_counts_as_none(answer: Answer) -> None:
    with answering(answer) as url:
        chosen = {"openai_base_url": url, "embeddings_model": "some", "llm_retries": 0}
        with pytest.raises(VectorsUnavailable):
            OpenAIEmbedder(Settings.model_validate(chosen)).embed(["four"])
