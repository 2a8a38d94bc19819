"""The room agent: a LangGraph graph that wakes quiet rooms, or stays silent."""
