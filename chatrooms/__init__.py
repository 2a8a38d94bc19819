"""Agentic Chatrooms. Empty, because importing a service must not start Reflex."""
