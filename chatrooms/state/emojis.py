"""Which emoji the person may mean while writing `:`."""

from typing import Any

import reflex as rx

from chatrooms.live.offload import off_loop
from chatrooms.services import emojis
from chatrooms.state import caller
from chatrooms.state.rows import EmojiRow


class EmojiState(rx.State):
    """The emoji that the menu offers."""

    query: str = ""
    found: list[EmojiRow] = []

    @rx.event
    async def search(self, form: dict[str, Any]):
        """Look for emoji whose shortcodes begin so."""
        query = caller.text(form, "query")[:32]
        await caller.actor_id(self)
        found = await off_loop(emojis.suggest, query)
        self.query = query
        self.found = [EmojiRow(each.symbol, each.shortcode) for each in found]
