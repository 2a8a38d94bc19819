"""Extractive summaries: from a room's messages to a few cited sentences, without a database."""
