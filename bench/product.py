"""The fan-out of the product: real rooms, real handlers, real pages."""

import asyncio
import secrets
from collections.abc import Sequence
from functools import partial

from bench.crowd import Crowd, Load, Say, body_of
from bench.instance import Instance
from bench.measure import Measurement, run_load
from bench.page import Page
from bench.people import Meeting, Visitor, meet
from bench.report import progress

_AT_ONCE = 20
"""Pages that load at the same time."""
_SETTLE_S = 2.0
"""Presence is shown in a moment after somebody came."""


async def open_pages(instance: Instance, visitors: Sequence[Visitor], path: str) -> list[Page]:
    """A page for each visitor, each showing the room before this returns."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def open_one(visitor: Visitor) -> Page:
        page = Page(port=instance.port, cookie=visitor.cookie, path=path)
        async with gate:
            await page.open()
        return page

    return list(await asyncio.gather(*map(open_one, visitors)))


async def close_pages(pages: Sequence[Page]) -> None:
    """Close them and wait until their sockets are gone."""
    for page in pages:
        page.close()
    await asyncio.gather(*(page.closed for page in pages))


def senders(pages: Sequence[Page], room_id: int) -> list[Say]:
    """Each page as somebody who writes into the room."""
    run = secrets.token_hex(4)

    def say(page: Page, number: int) -> None:
        page.post(room_id=room_id, client_id=f"bench-{run}-{number}", body=body_of(number))

    return [partial(say, page) for page in pages]


def measure_product(instance: Instance, load: Load) -> Measurement:
    """Sign the viewers in, open their pages and measure."""
    meeting = meet(instance, load.viewers)
    return asyncio.run(_measure(instance, meeting, load))


async def _measure(instance: Instance, meeting: Meeting, load: Load) -> Measurement:
    pages = await open_pages(instance, meeting.visitors, meeting.path)
    crowd = Crowd(first=0)
    for index, page in enumerate(pages):
        page.seen = crowd.viewer(index)
    await asyncio.sleep(_SETTLE_S)
    progress(f"{load.viewers} pages are open, measuring")
    says = senders(pages[: load.senders], meeting.room_id)
    measured = await run_load(crowd, load, says, instance.pids(), numbered_from=0)
    await close_pages(pages)
    return measured
