"""What tests of state handlers share."""

from collections.abc import AsyncIterator

import pytest

from chatrooms.bootstrap import Deps
from tests.support.people import with_settings
from tests.support.tabs import serving
from tests.support.web import WebProcess, web_process


@pytest.fixture
async def web(deps: Deps) -> AsyncIterator[WebProcess]:
    """A web process that serves tabs and compares itself with the database often."""
    async with web_process(with_settings(deps, heal_interval_s=0.2, tick_ms=5)) as process:
        with serving(process):
            yield process
