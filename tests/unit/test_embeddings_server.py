"""Embeddings by a server that speaks OpenAI's protocol, over HTTP."""

import numpy as np
import pytest

from chatrooms.adapters.embeddings import OpenAIEmbedder
from chatrooms.bootstrap import make_embedder, make_embedding
from chatrooms.domain.errors import VectorsUnavailable
from chatrooms.settings import Settings
from tests.support.scripted_openai import Embeds, Fails, Garbles, ScriptedOpenAI, scripted_openai


def settings(server: ScriptedOpenAI, **changed: object) -> Settings:
    chosen: dict[str, object] = {
        "openai_base_url": server.base_url,
        "embeddings_model": "some/model:8b",
        "llm_retries": 0,
        **changed,
    }
    return Settings.model_validate(chosen)


def test_each_text_gets_the_vector_of_the_server_with_length_1() -> None:
    with scripted_openai(Embeds(lambda text: [3.0, float(len(text))])) as server:
        embedder = make_embedder(settings(server))
        vectors = embedder.embed(["four", " ", "x" * 9_000])
        (request,) = server.requests
    assert vectors[:2].tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]
    assert np.linalg.norm(vectors[2]) == pytest.approx(1)
    assert (request["model"], [len(each) for each in request["input"]]) == (
        "some/model:8b",
        [4, 8_000],
    )
    assert (embedder.name, embedder.key) == ("openai", "openai-some-model-8b")


@pytest.mark.parametrize("reply", [Fails(500), Fails(401), Garbles()])
def test_a_server_that_does_not_embed_is_told_as_such(reply: Fails | Garbles) -> None:
    with scripted_openai(reply) as server, pytest.raises(VectorsUnavailable):
        make_embedder(settings(server)).embed(["four"])


@pytest.mark.parametrize(
    ("changed", "is_asked"),
    [
        ({}, True),
        ({"embeddings": "openai", "embeddings_model": ""}, True),
        ({"embeddings_model": ""}, False),
        ({"openai_base_url": "", "openai_api_key": "a key", "embeddings_model": ""}, True),
        ({"openai_base_url": ""}, False),
        ({"embeddings": "lexical"}, False),
    ],
)
def test_auto_asks_a_server_that_is_known_to_embed(
    changed: dict[str, object], is_asked: bool
) -> None:
    with scripted_openai() as server:
        chosen = settings(server, **changed)
        assert isinstance(make_embedder(chosen), OpenAIEmbedder) == is_asked
        assert make_embedding(chosen).key.startswith("openai-") == is_asked
