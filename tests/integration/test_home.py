"""What opening the first page costs."""

from chatrooms.bootstrap import Deps
from chatrooms.live.offload import off_loop
from chatrooms.pages.routes import ROUTES
from tests.support.inspect import counted_queries
from tests.support.people import bring_in, make_room, post, sign_up
from tests.support.tabs import BrowserTab, serving
from tests.support.web import web_process


async def test_the_home_page_costs_the_same_for_one_room_and_for_a_hundred(deps: Deps) -> None:
    reader, writer = await off_loop(lambda: (sign_up(deps), sign_up(deps)))

    def join(count: int) -> None:
        for number in range(count):
            room = make_room(deps, writer, name=f"room {number}")
            bring_in(deps, room, by=writer, who=reader)
            post(deps, room, writer, f"for @{reader.username}")

    async with web_process(deps) as web:
        with serving(web):

            async def cost() -> int:
                tab = BrowserTab(web, await web.connect(), token=reader.token, path="/")
                with counted_queries(deps) as statements:
                    await open_home(tab)
                return len(statements)

            async def least_cost() -> int:
                # The hub's own comparisons with the database come whenever they come.
                return min([await cost() for _ in range(5)])

            await off_loop(join, 1)
            with_one = await least_cost()
            await off_loop(join, 99)
            assert await least_cost() == with_one > 0


async def open_home(tab: BrowserTab) -> None:
    """Run what the page's address runs."""
    (home,) = (route for route in ROUTES if route.path == "/")
    for handler in home.on_load:
        await tab.call(handler)
