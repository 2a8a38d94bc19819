"""Moderation: what is judged and decided about messages, and the people who do."""
