"""Journeys of several people through a running instance, in a real browser."""
