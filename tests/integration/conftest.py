"""What tests of state handlers and of the assistant share."""

from collections.abc import AsyncIterator, Iterator

import pytest

from chatrooms.bootstrap import Deps
from tests.support.inspect import change
from tests.support.people import with_settings
from tests.support.scripted_openai import ScriptedOpenAI, scripted_openai
from tests.support.tabs import serving
from tests.support.web import WebProcess, web_process


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    """A web process that serves tabs and compares itself with the database often."""
    async with web_process(with_settings(deps, heal_interval_s=0.2, tick_ms=5)) as process:
        with serving(process):
            yield process


@pytest.fixture
def server(deps: Deps) -> Iterator[ScriptedOpenAI]:
    """A language model that says what the test has it say. Nothing of other tests is running."""
    deps.redis.flushdb()
    change(deps, "DELETE FROM assistant_turns")
    with scripted_openai() as running:
        yield running
