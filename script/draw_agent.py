"""Draws the graph of the room agent into docs/agent.md, in place of the picture that is there."""

import re

from chatrooms.agents.room_agent.picture import mermaid
from chatrooms.supervise.places import PROJECT


def main() -> None:
    """Write the page with the graph as it is compiled now."""
    page = PROJECT / "docs" / "agent.md"
    drawn = f"```mermaid\n{mermaid()}\n```"
    text, count = re.subn(
        r"```mermaid\n.*?\n```", lambda _: drawn, page.read_text(), flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"{page} has {count} pictures by Mermaid, not one.")
    page.write_text(text)


if __name__ == "__main__":
    main()
