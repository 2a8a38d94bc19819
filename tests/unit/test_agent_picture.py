"""The documentation shows the room agent's graph as it is."""

import re

from chatrooms.agents.room_agent.picture import mermaid
from chatrooms.supervise.places import PROJECT


def test_the_graph_in_the_documentation_is_the_compiled_one() -> None:
    page = (PROJECT / "docs" / "agent.md").read_text(encoding="utf-8")

    assert re.findall(r"```mermaid\n(.*?)\n```", page, re.DOTALL) == [mermaid()], (
        "script/draw-agent draws it anew"
    )
