"""The graph of a run as a picture for the documentation."""

from langgraph.graph import END, START

from chatrooms.agents.room_agent.graph import build

# Mermaid takes a bare `end` for the end of a block.
_SHOWN = {START: "begin", END: "over"}


def mermaid() -> str:
    """The compiled graph in Mermaid's words; a dotted line is one of several ways to go on."""
    graph = build().compile().get_graph()
    nodes = [f"    {_id(name)}([{_SHOWN.get(name, name)}])" for name in graph.nodes]
    edges = sorted(
        f"    {_id(edge.source)} {'-.->' if edge.conditional else '-->'} {_id(edge.target)}"
        for edge in graph.edges
    )
    return "\n".join(["graph TD", *nodes, *edges])


def _id(name: str) -> str:
    return f"node_{_SHOWN.get(name, name)}"
